// Failed jobs: how often, when, and in which order they are tried again.

#include <utility>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

using Ran = std::pair<int, int>;  // which job, which attempt

struct Job {
  int id;
  int failures = 0;  // its first so many attempts fail
  Duration takes{0};
};

struct Log {
  std::vector<Ran> ran;
  std::vector<Duration> at;
  std::vector<Ran> asked;  // handle_error
  int constructed = 0;
};

template <class Options>
struct Flaky {
  static constexpr WorkerOptions options = Options::value;

  Flaky(Log* its_log, Runtime* its_runtime) : log(its_log), runtime(its_runtime) {
    ++log->constructed;
  }

  void handle_job(const Job& job, Context& context) {
    log->ran.emplace_back(job.id, context.attempt());
    log->at.push_back(runtime->now().time_since_epoch());
    if (job.takes > Duration{0}) context.sleep(job.takes);
    if (context.attempt() <= job.failures) throw Planned{};
  }

  Log* log;
  Runtime* runtime;
};

struct AtOnce {
  static constexpr WorkerOptions value{.retry = {.max_attempts = 4}};
};

TEST(PoolRetry, MaxAttemptsCountsTheFirstAndRetriesComeBeforeTheNextMessage) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    detail::Random random{seed};
    Pool<Flaky<AtOnce>> pool{runtime, PoolOptions{.size = 1}, &log, &runtime};
    std::vector<Ran> expected;
    std::uint64_t given_up = 0, retried = 0;

    for (int id = 0; id < 10; ++id) {
      const int failures = static_cast<int>(random.below(7));
      const int attempts = std::min(failures + 1, 4);
      for (int each = 1; each <= attempts; ++each) expected.emplace_back(id, each);
      given_up += failures >= 4;
      retried += static_cast<std::uint64_t>(attempts - 1);
      pool.cast(Job{id, failures});
      if (random.below(3) == 0) runtime.run_until_idle();
    }

    EXPECT_TRUE(pool.drain(1s));
    EXPECT_EQ(log.ran, expected);
    EXPECT_EQ(pool.stats().failed, given_up);
    EXPECT_EQ(pool.stats().dropped, given_up);
    EXPECT_EQ(pool.stats().retried, retried);
    EXPECT_EQ(pool.stats().processed, 10 - given_up);
  });
}

std::vector<Duration> gaps(const Log& log) {
  std::vector<Duration> gaps;
  for (std::size_t i = 1; i < log.at.size(); ++i) gaps.push_back(log.at[i] - log.at[i - 1]);
  return gaps;
}

struct Growing {
  static constexpr WorkerOptions value{
      .retry = {.max_attempts = 6, .backoff = 10ms, .factor = 2.0, .max_backoff = 50ms}};
};

TEST(PoolRetry, BackoffGrowsByItsFactorUpToItsCapOnTheVirtualClock) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Flaky<Growing>> pool{runtime, PoolOptions{.size = 3}, &log, &runtime};

    pool.cast(Job{0, 6});

    EXPECT_TRUE(pool.drain(10s));
    EXPECT_EQ(gaps(log), (std::vector<Duration>{10ms, 20ms, 40ms, 50ms, 50ms}));
  });
}

struct Jittered {
  static constexpr WorkerOptions value{
      .retry = {.max_attempts = 5, .backoff = 8ms, .jitter = 0.25}};
};

TEST(PoolRetry, JitterDrawsItsShareOfTheBackoff) {
  Duration shortest = infinity, longest{0};

  for_each_seed([&](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Flaky<Jittered>> pool{runtime, PoolOptions{.size = 1}, &log, &runtime};

    pool.cast(Job{0, 4});

    EXPECT_TRUE(pool.drain(10s));
    ASSERT_EQ(gaps(log).size(), 4u);
    for (const Duration each : gaps(log)) {
      EXPECT_GE(each, 6ms);
      EXPECT_LE(each, 8ms);
      shortest = std::min(shortest, each);
      longest = std::max(longest, each);
    }
  });

  EXPECT_LT(shortest, 6010us);
  EXPECT_GT(longest, 7990us);
}

TEST(PoolRetry, AJobInBackoffLetsOthersRunAndGoesToTheBackOfTheQueue) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Flaky<Growing>> pool{runtime, PoolOptions{.size = 1}, &log, &runtime};

    pool.cast(Job{0, 1});
    pool.cast(Job{1});
    pool.cast(Job{2, 0, 30ms});  // runs when the first is due
    pool.cast(Job{3});
    pool.cast(Job{4});

    EXPECT_TRUE(pool.drain(10s));
    EXPECT_EQ(log.ran, (std::vector<Ran>{{0, 1}, {1, 1}, {2, 1}, {3, 1}, {4, 1}, {0, 2}}));
  });
}

TEST(PoolRetry, AJobInBackoffSurvivesItsWorkerAndItsSlot) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Flaky<Growing>> pool{runtime, PoolOptions{.size = 3, .dynamic = true}, &log, &runtime};

    for (int id = 0; id < 6; ++id) pool.cast(Job{id, 2});
    runtime.advance(5ms);
    pool.kill(pool.worker(1));
    pool.resize(1);

    EXPECT_TRUE(pool.drain(1s));
    EXPECT_EQ(log.ran.size(), 18u);
    EXPECT_EQ(pool.stats().processed, 6u);
    EXPECT_EQ(pool.stats().dropped, 0u);
  });
}

struct Anew {
  static constexpr WorkerOptions value{.retry = {.max_attempts = 2},
                                       .on_failure = OnFailure::restart};
};

TEST(PoolRetry, OnFailureRestartReplacesTheWorkerAfterTheLastAttemptAlone) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Flaky<Anew>> pool{runtime, PoolOptions{.size = 1, .restart = lenient}, &log, &runtime};
    const Pid before = pool.worker(0);

    pool.cast(Job{0, 1});
    EXPECT_TRUE(pool.drain(1s));
    EXPECT_EQ(pool.worker(0), before);
    EXPECT_EQ(log.constructed, 1);
    pool.cast(Job{1, 2});

    EXPECT_TRUE(pool.drain(1s));
    EXPECT_NE(pool.worker(0), before);
    EXPECT_EQ(log.constructed, 2);
    EXPECT_EQ(pool.stats().restarts, 1u);
  });
}

}  // namespace
