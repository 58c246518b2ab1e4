// Threads that change jobs which fire under their hands.

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>
#include <poolder/schedule/scheduler.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/start_stop.hpp"
#include "support/threads.hpp"

using namespace poolder;
using namespace std::chrono_literals;
using poolder_tests::error_of;

namespace {

struct Bare {};

// Says so where a job runs beside itself.
struct Alone {
  void operator()() {
    EXPECT_EQ(running.fetch_add(1), 0);
    runs.fetch_add(1, std::memory_order_relaxed);
    running.fetch_sub(1);
  }
  std::atomic<int> running{0};
  std::atomic<std::uint64_t> runs{0};
};

struct Stressed {
  explicit Stressed(Runtime& runtime, Overlap overlap)
      : scheduler(runtime, {.retry = {.max_attempts = 3, .backoff = 50us}, .overlap = overlap}) {}

  // Only outcomes that another thread explains.
  template <class F>
  void expect(F&& f) {
    const auto error = error_of(f);
    EXPECT_TRUE(!error || error == ErrorCode::not_found || error == ErrorCode::already_exists)
        << static_cast<int>(*error);
  }

  void change(detail::Random& random) {
    const std::string name = std::to_string(random.below(8));
    const Duration interval{1 + random.below(200'000)};
    switch (random.below(10)) {
      case 0:
      case 1:
        return expect([&] {
          scheduler.schedule(name, interval, [this](Context& context) {
            const std::uint64_t number = ++runs;
            if (context.attempt() == 1 && number % 5 == 0) throw std::runtime_error("planned");
            return number % 7 == 0 ? every(100us) : ScheduleNext{};
          });
        });
      case 2:
        return expect([&] { scheduler.schedule(name, interval); });
      case 3:
        return expect([&] { scheduler.schedule(name, Cron::parse("* * * * * *")); });
      case 4:
        return expect([&] { scheduler.cancel(name); });
      case 5:
        return expect([&] { scheduler.pause(name); });
      case 6:
        return expect([&] { scheduler.resume(name); });
      case 7:
        return (void)scheduler.jobs();
      default:
        return expect([&] { scheduler.run_now(name); });
    }
  }

  std::atomic<std::uint64_t> runs{0};
  Scheduler<Bare> scheduler;
};

class SchedulerStress : public testing::TestWithParam<Overlap> {};
INSTANTIATE_TEST_SUITE_P(Overlap, SchedulerStress,
                         testing::Values(Overlap::skip, Overlap::allow, Overlap::queue));

TEST_P(SchedulerStress, EightThreadsChangeJobsThatFire) {
  Runtime runtime{{.threads = 2}};
  Stressed stressed{runtime, GetParam()};

  poolder_tests::on_threads(8, [&](std::size_t thread) {
    detail::Random random{thread};
    for (int i = 0; i < 3'000; ++i) stressed.change(random);
  });
  stressed.scheduler.cancel_all();

  EXPECT_TRUE(stressed.scheduler.drain(poolder_tests::patience));
  EXPECT_TRUE(stressed.scheduler.jobs().empty());
  EXPECT_GT(stressed.runs, 0u);
}

// What is counted is what happened, and one job never runs beside itself.
TEST(SchedulerByHand, ManyThreadsRunOneJobByHand) {
  Runtime runtime{{.threads = 2}};
  Alone alone;
  Scheduler<Bare> scheduler{runtime, {.overlap = Overlap::queue}};
  scheduler.schedule("job", 20us, [&] { alone(); });

  poolder_tests::on_threads(8, [&](std::size_t) {
    for (int i = 0; i < 2'000; ++i) scheduler.run_now("job");
  });
  scheduler.schedule("job", infinity);
  EXPECT_TRUE(scheduler.drain(poolder_tests::patience));

  const JobStats stats = scheduler.jobs().at(0);
  EXPECT_EQ(stats.runs, alone.runs);
  EXPECT_GE(stats.runs, 16'000u);
  EXPECT_EQ(stats.queued, 0u);
  EXPECT_FALSE(stats.running);
}

struct Counted {
  static inline std::atomic<int> alive{0};
  Counted() { ++alive; }
  Counted(const Counted&) = delete;
  ~Counted() { --alive; }
  void tick() {}
  static constexpr auto jobs = poolder::jobs(job<&Counted::tick>("tick", 50us));
};

using Counters = Scheduler<Counted>;

// By turns, until the scheduler says that it has stopped.
bool use(Counters& scheduler) {
  thread_local unsigned turn = 0;
  const std::string name = "added " + std::to_string(++turn % 16);
  const auto stopped = [&](auto&& f) { return error_of(f) == ErrorCode::stopped; };
  return !stopped([&] { scheduler.run_now("tick"); }) && !stopped([&] {
    scheduler.schedule(name, 10us, [counted = std::make_shared<Counted>()] {});
  }) && !stopped([&] { scheduler.cancel(name); });
}

TEST(SchedulerStartStop, BearsEveryEndWhileItsUsersNeverPause) {
  const poolder_tests::Ends<Counters> ends{
      [](Runtime& runtime) { return std::make_unique<Counters>(runtime); }, use,
      [] { EXPECT_LE(Counted::alive, 2) << "but for what its users are about to add"; }};

  ends.bear_all();

  EXPECT_EQ(Counted::alive, 0);
}

// Whoever destroys the last function destroys the scheduler: a run, a cancel, or the stop itself.
TEST(SchedulerStartStop, BearsBeingOwnedByItsJobs) {
  struct App {
    explicit App(Runtime& runtime)
        : scheduler(runtime, {.name = "app", .shutdown = poolder::infinity}) {}
    Counted counted;
    Scheduler<Bare> scheduler;
  };
  for (int time = 0; time < 1'000; ++time) {
    Runtime runtime{{.threads = 2}};
    Ref<Scheduler<Bare>> ref;
    {
      const auto app = std::make_shared<App>(runtime);
      ref = runtime.find<Scheduler<Bare>>("app");
      app->scheduler.schedule("ends", 20us, [app] { return poolder::stop_this(); });
      app->scheduler.schedule("goes on", 10us, [app] {});
    }
    std::jthread canceller([&] { (void)error_of([&] { ref->cancel("goes on"); }); });
    if (time % 2 == 0) ref->stop();
  }

  EXPECT_EQ(Counted::alive, 0);
}

TEST(SchedulerStartStop, StartsAfreshAgainAndAgainWhileItsUsersNeverPause) {
  Runtime runtime{{.threads = 2}};
  Counters scheduler{runtime};
  std::atomic<bool> over{false};
  {
    std::jthread user([&] {
      while (!over) (void)use(scheduler);
    });
    for (int time = 0; time < 500; ++time) {
      scheduler.stop();
      scheduler.core()->restart();
    }
    over = true;
  }
  scheduler.stop();

  EXPECT_EQ(Counted::alive, 0);
}

}  // namespace
