// Runtime::on and Runtime::stats, over all engines.

#include <map>
#include <string>
#include <utility>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;
using Kind = Event::Kind;

namespace {

struct Job {
  int failures;
};
struct Leave {};

struct Worker {
  static constexpr WorkerOptions options{.retry = {.max_attempts = 2, .backoff = 1us},
                                         .on_failure = OnFailure::restart};
  void handle_job(const Job& job, Context& context) {
    if (context.attempt() <= job.failures) throw Planned{};
  }
  int handle_call(Job job) {
    if (job.failures > 0) throw Planned{};
    return 1;
  }
  Next handle_job(Leave) { return poolder::exit(); }
  void handle_job(Duration span, Context& context) { context.sleep(span); }
};

struct Lot {
  using Item = int;
  static constexpr BatcherOptions options{
      .name = "lots", .limit = 3, .retry = {.max_attempts = 2, .backoff = 1us}};
  void handle_batch(Batch<int>& batch) {
    for (const int each : batch)
      if (each % 5 == 0) throw Planned{};
  }
};

struct Hours {
  static constexpr SchedulerOptions options{
      .name = "hours", .retry = {.max_attempts = 2, .backoff = 1us}, .overlap = Overlap::skip};
};

/// Events by engine and kind: how many, and the sum of their counts.
struct Sums {
  std::map<std::pair<std::string, Kind>, std::pair<std::uint64_t, std::uint64_t>> by_kind;

  void add(const Event& event) {
    auto& [times, sum] = by_kind[{std::string(event.engine), event.kind}];
    ++times;
    sum += event.count;
  }
  std::uint64_t times(const EngineStats& of, Kind kind) {
    return by_kind[{std::string(of.kind), kind}].first;
  }
  std::uint64_t sum(const EngineStats& of, Kind kind) {
    return by_kind[{std::string(of.kind), kind}].second;
  }
};

template <class Engine>
EngineStats stats_of(const Engine& engine) {
  return engine.core()->engine_stats();
}

// What is counted is told, each once, and the other way round.
TEST(RuntimeEvents, AgreeWithTheCountsOfEachEngine) {
  for_each_seed([](std::uint64_t seed) {
    detail::Random random{seed};
    Sums sums;
    SimulatedRuntime runtime{seed};
    const Subscription subscription = runtime.on([&](const Event& event) { sums.add(event); });
    Pool<Worker> pool{runtime, {.name = "workers", .size = 3, .restart = lenient}};
    FactoryPool factory{runtime, {.name = "children", .restart = lenient}};
    Batcher<Lot> lots{runtime};
    Scheduler<Hours> hours{runtime};
    Tasker tasker{runtime, {.limit = 2}};
    hours.schedule("often", 1ms, [&](Context& context) {
      context.sleep(Duration{random.below(3'000'000)});
      if (random.below(3) == 0) throw Planned{};
    });
    const auto child = factory.start_child<Worker>("group");

    for (int step = 0; step < 40; ++step) {
      switch (random.below(9)) {
        case 0:
        case 1:
          pool.cast(Job{static_cast<int>(random.below(4))});
          break;
        case 2:
          (void)pool.send_request(Job{static_cast<int>(random.below(2))});
          break;
        case 3:
          pool.kill(pool.worker(random.below(3)));
          break;
        case 4:
          (void)error_of([&] { factory.cast(child, Job{static_cast<int>(random.below(3))}); });
          break;
        case 5:
          lots.push(static_cast<int>(random.below(10)));
          break;
        case 6:
          tasker.execute([fails = random.below(2) == 0] {
            if (fails) throw Planned{};
          });
          break;
        case 7:
          pool.cast(Leave{});
          break;
        default:
          runtime.advance(Duration{random.below(4'000'000)});
      }
    }
    pool.cast(Duration{1h});
    tasker.stop();
    hours.stop();
    lots.stop();
    factory.stop();
    pool.stop();

    const EngineStats workers = stats_of(pool), tasks = stats_of(tasker), times = stats_of(hours),
                      batches = stats_of(lots), children = stats_of(factory);
    for (const EngineStats* each : {&workers, &tasks, &times, &batches}) {
      SCOPED_TRACE(each->kind);
      EXPECT_EQ(sums.times(*each, Kind::job_failed), each->failed);
      EXPECT_EQ(sums.times(*each, Kind::job_retried), each->retried);
    }
    EXPECT_EQ(sums.times(workers, Kind::job_dropped), workers.dropped);
    EXPECT_EQ(sums.times(tasks, Kind::job_dropped), tasks.dropped);
    EXPECT_EQ(sums.times(children, Kind::job_dropped), children.dropped);
    EXPECT_EQ(sums.sum(batches, Kind::job_dropped), batches.dropped);
    EXPECT_EQ(sums.sum(times, Kind::schedule_missed), times.dropped);
    EXPECT_GE(sums.times(times, Kind::schedule_fired), times.processed);
    for (const EngineStats* each : {&workers, &children})
      EXPECT_EQ(sums.times(*each, Kind::worker_created), sums.times(*each, Kind::worker_died));
  });
}

TEST(RuntimeEvents, SayWhatHappenedToWhom) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<Event> events;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, {.name = "workers", .size = 1, .restart = lenient}};
    const Pid worker = pool.worker(0);
    const Subscription subscription =
        runtime.on([&](const Event& event) { events.push_back(event); });

    pool.cast(Job{2});
    ASSERT_TRUE(pool.drain(1s));

    const std::vector<Kind> expected{Kind::job_retried, Kind::job_failed, Kind::job_dropped,
                                     Kind::worker_died, Kind::worker_created};
    ASSERT_EQ(events.size(), expected.size());
    for (std::size_t i = 0; i < expected.size(); ++i) {
      EXPECT_EQ(events[i].kind, expected[i]) << name_of(events[i].kind);
      EXPECT_EQ(events[i].engine, "Pool");
      EXPECT_EQ(events[i].name, "workers");
      EXPECT_EQ(events[i].worker, i < 4 ? worker : pool.worker(0));
    }
    EXPECT_EQ(events[0].attempt, 1);
    EXPECT_EQ(events[0].duration, 1us);
    EXPECT_NE(events[0].task.find("Job"), std::string::npos);
    EXPECT_EQ(events[1].attempt, 2);
    EXPECT_EQ(events[1].what, "planned");
    EXPECT_EQ(events[3].reason.kind, ExitReason::Kind::failed);
    EXPECT_EQ(events[3].reason.what, "planned");
  });
}

TEST(RuntimeEvents, TellThatARestartLimitIsReached) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<std::string> gave_up;
    SimulatedRuntime runtime{seed};
    const Subscription subscription = runtime.on([&](const Event& event) {
      if (event.kind != Kind::restart_limit) return;
      EXPECT_EQ(event.reason.kind, ExitReason::Kind::failed);
      gave_up.push_back(event.name);
    });
    {
      Supervisor app{runtime,
                     {.name = "app", .max_restarts = 0},
                     child<Pool<Worker>>(PoolOptions{
                         .name = "workers", .size = 3, .restart = {.max_restarts = 1}})};
      auto& pool = app.get<Pool<Worker>>("workers");

      for (int i = 0; i < 6; ++i) (void)error_of([&] { pool.cast(Job{2}); });
      runtime.advance(1s);
    }

    EXPECT_EQ(gave_up, (std::vector<std::string>{"workers", "app"}));
  });
}

// A callback may stop what the event is about, and its supervisor, without waiting for itself.
TEST(RuntimeEvents, ACallbackMayStopAnything) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Supervisor app{runtime,
                   {.max_restarts = 1'000},
                   child<Pool<Worker>>(PoolOptions{.name = "first", .size = 3}),
                   child<Pool<Worker>>(PoolOptions{.name = "second", .size = 2})};
    auto& first = app.get<Pool<Worker>>("first");
    auto& second = app.get<Pool<Worker>>("second");
    bool stopped = false;
    int heard = 0;
    const Subscription subscription = runtime.on([&](const Event& event) {
      ++heard;
      if (event.kind != Kind::job_failed || std::exchange(stopped, true)) return;
      if (seed % 3 == 0) first.stop();
      if (seed % 3 == 1) second.stop();
      if (seed % 3 == 2) app.stop();
    });

    for (int i = 0; i < 4; ++i) {
      (void)error_of([&] { first.cast(Job{2}); });
      (void)error_of([&] { second.cast(Job{1}); });
    }
    runtime.advance(1s);
    app.stop();

    EXPECT_GT(heard, 2);
  });
}

TEST(RuntimeStats, IsATableOfWhatHasNotEnded) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    const Subscription throws = runtime.on([](const Event&) { throw Planned{}; });
    Pool<Worker> pool{runtime, {.name = "workers", .size = 3, .restart = lenient}};
    Tasker tasker{runtime, {.name = "tasks", .limit = 7}};
    Batcher<Lot> lots{runtime};
    lots.push(1);
    pool.cast(Duration{1h});
    pool.cast(Duration{1h});
    for (int i = 0; i < 3; ++i) pool.cast(Job{0}, Route::index(0));
    pool.cast(Job{2}, Route::index(2));
    runtime.advance(1ms);

    RuntimeStats stats = runtime.stats();

    ASSERT_EQ(stats.engines.size(), 3u);
    const EngineStats& workers = stats.engines[0];
    EXPECT_EQ(workers.kind, "Pool");
    EXPECT_EQ(workers.name, "workers");
    EXPECT_EQ(workers.size, 3u);
    EXPECT_EQ(workers.busy, 2u);
    EXPECT_EQ(workers.queued, 3u);
    EXPECT_EQ(workers.failed, 1u);
    EXPECT_EQ(workers.retried, 1u);
    EXPECT_EQ(workers.dropped, 1u);
    EXPECT_EQ(workers.restarts, 1u);
    EXPECT_EQ(stats.engines[1].size, 7u);
    EXPECT_EQ(stats.engines[2].queued, 1u);
    EXPECT_EQ(stats.callbacks_failed,
              3u + 3u + 2u);  // created, failed and dropped, died and created
    pool.stop();
    EXPECT_EQ(runtime.stats().engines.size(), 2u);
  });
}

}  // namespace
