// Nothing is lost: a message is handled once, or counted as dropped, or its caller is told.

#include <map>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Job {
  int id;
  Duration takes{0};
  bool crashes = false;
  bool exits = false;
};
struct Ask {
  int id;
  Duration takes{0};
};

struct Log {
  std::map<int, int> begun, ended;
  std::vector<std::size_t> by_slot;
};

struct Worker {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};

  explicit Worker(Log* its_log) : log(its_log) {}

  Next handle_job(const Job& job, Context& context) {
    const Alone alone{busy};
    ++log->begun[job.id];
    log->by_slot.push_back(context.index());
    if (job.crashes) throw Planned{};
    if (job.takes > Duration{0}) context.sleep(job.takes);
    ++log->ended[job.id];
    return job.exits ? poolder::exit() : proceed();
  }
  int handle_call(const Ask& ask, Context& context) {
    const Alone alone{busy};
    ++log->begun[ask.id];
    if (ask.takes > Duration{0}) context.sleep(ask.takes);
    return -ask.id;
  }

  Log* log;
  bool busy = false;
};

Job draw_job(int id, detail::Random& random) {
  return {id, Duration{random.below(2) * random.below(20'000)}, random.below(8) == 0,
          random.below(8) == 0};
}

TEST(PoolAccounting, EveryJobIsBegunOnceOverCrashesExitsKillsAndResizes) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    detail::Random random{seed};
    Pool<Worker> pool{runtime, PoolOptions{.size = 3, .dynamic = true, .restart = lenient}, &log};

    const int jobs = 40;
    for (int id = 0; id < jobs; ++id) {
      pool.cast(draw_job(id, random));
      switch (random.below(6)) {
        case 0:
          pool.kill(pool.worker(random.below(static_cast<std::uint32_t>(pool.size()))));
          break;
        case 1:
          pool.resize(1 + random.below(5));
          break;
        case 2:
          runtime.advance(Duration{random.below(10'000)});
          break;
        case 3:
          runtime.run_until_idle();
          break;
        default:
          break;
      }
    }
    EXPECT_TRUE(pool.drain(1s));

    EXPECT_EQ(log.begun.size(), static_cast<std::size_t>(jobs));
    for (const auto& [id, times] : log.begun) EXPECT_EQ(times, 1) << "job " << id;
    const PoolStats stats = pool.stats();
    EXPECT_EQ(stats.processed + stats.dropped, static_cast<std::uint64_t>(jobs));
    EXPECT_EQ(stats.queue_length, 0u);
  });
}

TEST(PoolAccounting, AShrunkSlotsQueueGoesToTheRest) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    detail::Random random{seed};
    const std::size_t capacity = random.below(2) == 0 ? unlimited : 100;
    Pool<Worker> pool{
        runtime, PoolOptions{.size = 5, .dynamic = true, .queue = {.capacity = capacity}}, &log};

    pool.pause();
    for (int id = 0; id < 25; ++id) pool.cast(Job{id});
    if (random.below(2) == 0) runtime.run_until_idle();
    const std::size_t left = 1 + random.below(4);
    pool.resize(left);
    if (random.below(2) == 0) runtime.run_until_idle();
    pool.resume();
    EXPECT_TRUE(pool.drain(1s));

    EXPECT_EQ(log.ended.size(), 25u);
    EXPECT_EQ(log.by_slot.size(), 25u);
    for (const std::size_t slot : log.by_slot) EXPECT_LT(slot, left);
    EXPECT_EQ(pool.stats().processed, 25u);
    EXPECT_EQ(pool.stats().dropped, 0u);
  });
}

TEST(PoolAccounting, AStoppedPoolAccountsForAllThatItTook) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    detail::Random random{seed};
    Pool<Worker> pool{runtime,
                      PoolOptions{.size = 2,
                                  .dynamic = true,
                                  .restart = lenient,
                                  .shutdown = Duration{random.below(3) * 5'000}},
                      &log};
    std::vector<Future<int>> asked;

    for (int id = 1; id <= 20; ++id) {
      if (random.below(2) == 0)
        pool.cast(draw_job(id, random));
      else
        asked.push_back(pool.send_request(Ask{id, Duration{random.below(20'000)}}));
      if (random.below(4) == 0) runtime.advance(Duration{random.below(10'000)});
      if (random.below(6) == 0) pool.resize(1 + random.below(4));
    }
    pool.stop();

    int answered = 0;
    for (Future<int>& each : asked) {
      ASSERT_TRUE(each.ready());
      const auto error = error_of([&] { EXPECT_LT(each.get(), 0); });
      answered += !error;
      EXPECT_TRUE(!error || error == ErrorCode::stopped || error == ErrorCode::worker_down);
    }
    const PoolStats stats = pool.stats();
    EXPECT_EQ(stats.processed + stats.dropped, 20u);
    EXPECT_GE(stats.processed, static_cast<std::uint64_t>(answered));
    EXPECT_EQ(stats.queue_length, 0u);
    for (const auto& [id, times] : log.begun) EXPECT_EQ(times, 1) << "message " << id;
    EXPECT_EQ(error_of([&] { pool.cast(Job{99}); }), ErrorCode::stopped);
  });
}

struct Stumbling {
  static constexpr WorkerOptions options{.retry = {.max_attempts = 3, .backoff = 10ms}};
  void handle_job(int) { throw Planned{}; }
};

TEST(PoolAccounting, WhatIsInBackoffWhenThePoolStopsIsDropped) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Pool<Stumbling> pool{runtime, PoolOptions{.size = 2}};

    for (int i = 0; i < 8; ++i) pool.cast(i);
    runtime.advance(Duration{static_cast<std::int64_t>(seed % 19) * 1'000'000});
    pool.stop();

    EXPECT_EQ(pool.stats().dropped, 8u);
    EXPECT_EQ(pool.stats().processed, 0u);
  });
}

TEST(PoolAccounting, ThePoolsDestructorAccountsForItsQueueToo) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    std::vector<Future<int>> asked;
    {
      Pool<Worker> pool{runtime, PoolOptions{.size = 2}, &log};
      for (int id = 1; id <= 6; ++id) asked.push_back(pool.send_request(Ask{id, 1ms}));
      runtime.advance(500us);
    }

    for (Future<int>& each : asked) EXPECT_TRUE(each.ready());
  });
}

}  // namespace
