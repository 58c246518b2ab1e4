// handle_hibernate: when, and how often.

#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Work {
  Duration takes{0};
};
struct Crash {};

struct Log {
  Duration last_message{0};
  std::vector<Duration> slept_after;  // the last message
};

struct Sleeper {
  static constexpr WorkerOptions options{.hibernate_after = 20ms, .on_failure = OnFailure::restart};

  Sleeper(Log* its_log, Runtime* its_runtime) : log(its_log), runtime(its_runtime) {}

  void handle_job(const Work& work, Context& context) {
    if (work.takes > Duration{0}) context.sleep(work.takes);
    log->last_message = runtime->now().time_since_epoch();
  }
  void handle_job(Crash) {
    log->last_message = runtime->now().time_since_epoch();
    throw Planned{};
  }
  void handle_hibernate() {
    log->slept_after.push_back(runtime->now().time_since_epoch() - log->last_message);
  }

  Log* log;
  Runtime* runtime;
};

TEST(PoolHibernation, ComesExactlyHibernateAfterTheLastMessageAndOnceInAnIdleTime) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    detail::Random random{seed};
    Pool<Sleeper> pool{runtime, PoolOptions{.size = 1}, &log, &runtime};

    std::vector<Duration> expected;
    for (int i = 0; i < 8; ++i) {
      pool.cast(Work{std::chrono::milliseconds{random.below(30)}});
      EXPECT_TRUE(pool.drain(1s));
      const bool long_enough = random.below(2) == 0;
      if (long_enough) expected.push_back(20ms);
      runtime.advance(
          std::chrono::milliseconds{long_enough ? 20 + random.below(500) : random.below(20)});
    }

    EXPECT_EQ(log.slept_after, expected);
  });
}

TEST(PoolHibernation, OfANewWorkerCountsFromItsBirth) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Sleeper> pool{runtime, PoolOptions{.size = 1, .restart = lenient}, &log, &runtime};

    pool.cast(Work{});
    runtime.advance(25ms);
    EXPECT_EQ(log.slept_after, (std::vector<Duration>{20ms}));
    pool.kill(pool.worker(0));
    runtime.run_until_idle();
    log.last_message = runtime.now().time_since_epoch();
    runtime.advance(1s);
    EXPECT_EQ(log.slept_after, (std::vector<Duration>{20ms, 20ms}));
    pool.cast(Crash{});
    runtime.advance(1s);

    EXPECT_EQ(log.slept_after, (std::vector<Duration>{20ms, 20ms, 20ms}));
  });
}

TEST(PoolHibernation, OfAWorkerThatNeverHadAMessageCountsFromItsBirthToo) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Sleeper> pool{runtime, PoolOptions{.size = 3}, &log, &runtime};
    log.last_message = runtime.now().time_since_epoch();

    runtime.advance(1h);

    EXPECT_EQ(log.slept_after, (std::vector<Duration>{20ms, 20ms, 20ms}));
  });
}

}  // namespace
