// Jobs that fail: what is tried again when, and who decides (D-25 of Poolder: a cancelled job's
// retries went on).

#include <functional>
#include <string>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Seen {
  std::vector<Duration> attempts;
  std::vector<int> asked;
  std::function<Recovery(const Failure&)> recover;
  int succeeds_at = 1'000;
};

struct Silent {
  Silent(Seen* its_seen, SimulatedRuntime* its_runtime)
      : seen(its_seen), runtime(its_runtime), began(its_runtime->now()) {}
  void flaky(Context& context) {
    seen->attempts.push_back(elapsed(*runtime, began));
    if (context.attempt() < seen->succeeds_at) throw Planned{};
  }

  Seen* seen;
  SimulatedRuntime* runtime;
  std::chrono::steady_clock::time_point began;

  static constexpr auto jobs = poolder::jobs(job<&Silent::flaky>("flaky", 1min));
};

struct Answering : Silent {
  using Silent::Silent;
  void run(Context& context) { flaky(context); }
  Recovery handle_error(std::string_view job, const Failure& failure) {
    EXPECT_EQ(job, "flaky");
    EXPECT_EQ(failure.what(), "planned");
    seen->asked.push_back(failure.attempt);
    return seen->recover(failure);
  }
  static constexpr auto jobs = poolder::jobs(job<&Answering::run>("flaky", 1min));
};

template <class D>
JobStats run_for(std::uint64_t seed, Seen& seen, SchedulerOptions options, Duration span) {
  SimulatedRuntime runtime{seed};
  Scheduler<D> scheduler{runtime, options, &seen, &runtime};
  runtime.advance(span);
  return scheduler.jobs().at(0);
}

TEST(JobRetry, MaxAttemptsCountsTheFirstAndTheBackoffLiesBetween) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;

    const JobStats stats = run_for<Silent>(
        seed, seen, {.retry = {.max_attempts = 3, .backoff = 20ms, .factor = 2}}, 119s);

    EXPECT_EQ(seen.attempts, (std::vector<Duration>{60s, 60s + 20ms, 60s + 60ms}));
    EXPECT_EQ(stats.runs, 1u);
    EXPECT_EQ(stats.failed, 1u);
    EXPECT_FALSE(stats.running);
  });
}

TEST(JobRetry, AtOnceWithoutABackoff) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    seen.succeeds_at = 3;

    const JobStats stats = run_for<Silent>(seed, seen, {.retry = {.max_attempts = 5}}, 119s);

    EXPECT_EQ(seen.attempts, (std::vector<Duration>(3, 60s)));
    EXPECT_EQ(stats.failed, 0u);
  });
}

TEST(JobRetry, ARunBetweenTwoAttemptsIsUnderWay) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;

    const JobStats stats =
        run_for<Silent>(seed, seen, {.retry = {.max_attempts = 2, .backoff = 90s}}, 149s);
    EXPECT_TRUE(stats.running);
    EXPECT_EQ(stats.skipped, 1u) << "Overlap::skip";

    seen.attempts.clear();
    (void)run_for<Silent>(seed, seen, {.retry = {.max_attempts = 2, .backoff = 90s}}, 200s);
    EXPECT_EQ(seen.attempts, (std::vector<Duration>{60s, 150s, 180s}));
  });
}

TEST(JobRetry, HandleErrorDecidesAfterEachAttempt) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    seen.recover = [](const Failure& failure) {
      return failure.attempt == 1 ? backoff(5s) : failure.attempt == 2 ? retry() : halt();
    };

    const JobStats stats = run_for<Answering>(seed, seen, {.retry = {.max_attempts = 9}}, 119s);

    EXPECT_EQ(seen.attempts, (std::vector<Duration>{60s, 65s, 65s}));
    EXPECT_EQ(seen.asked, (std::vector<int>{1, 2, 3}));
    EXPECT_EQ(stats.failed, 1u);
  });
}

TEST(JobRetry, AfterTheLastAttemptTheAnswerNoLongerMatters) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    seen.recover = [](const Failure&) { return retry(); };

    (void)run_for<Answering>(seed, seen, {.retry = {.max_attempts = 2}}, 119s);

    EXPECT_EQ(seen.attempts.size(), 2u);
    EXPECT_EQ(seen.asked, (std::vector<int>{1, 2}));
  });
}

TEST(JobRetry, ThePolicyDecidesWhereHandleErrorThrows) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    seen.recover = [](const Failure&) -> Recovery { throw Planned{}; };

    (void)run_for<Answering>(seed, seen, {.retry = {.max_attempts = 2, .backoff = 1s}}, 119s);

    EXPECT_EQ(seen.attempts, (std::vector<Duration>{60s, 61s}));
  });
}

TEST(JobRetry, CancellingEndsIt) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    SimulatedRuntime runtime{seed};
    Scheduler<Silent> scheduler{
        runtime, {.retry = {.max_attempts = 9, .backoff = 10s}}, &seen, &runtime};
    runtime.advance(65s);

    scheduler.cancel("flaky");
    EXPECT_TRUE(scheduler.drain(0s)) << "nothing is left of it";
    runtime.advance(1h);

    EXPECT_EQ(seen.attempts.size(), 1u);
    scheduler.schedule("flaky", 1min);
    EXPECT_EQ(scheduler.jobs().at(0).failed, 1u);
  });
}

TEST(JobRetry, StoppingGivesItUp) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    SimulatedRuntime runtime{seed};
    Scheduler<Silent> scheduler{
        runtime, {.retry = {.max_attempts = 9, .backoff = 10s}}, &seen, &runtime};
    runtime.advance(65s);
    const auto before = runtime.now();

    scheduler.stop();

    EXPECT_EQ(runtime.now(), before);
    runtime.advance(1h);
    EXPECT_EQ(seen.attempts.size(), 1u);
  });
}

TEST(JobRetry, APausedJobEndsItsRunRetriesIncluded) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    seen.succeeds_at = 3;
    SimulatedRuntime runtime{seed};
    Scheduler<Silent> scheduler{
        runtime, {.retry = {.max_attempts = 9, .backoff = 10s}}, &seen, &runtime};
    runtime.advance(65s);

    scheduler.pause("flaky");
    EXPECT_TRUE(scheduler.drain(1h));

    EXPECT_EQ(seen.attempts.size(), 3u);
  });
}

// D-19 of Poolder: whatever was thrown and no exception of the language's own ended the scheduler.
TEST(JobRetry, AnythingMayBeThrown) {
  for_each_seed([](std::uint64_t seed) {
    struct Bare {};
    int runs = 0, others = 0;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime};
    scheduler.schedule("number", 1s, [&] { throw ++runs; });
    scheduler.schedule("other", 1s, [&] { ++others; });

    runtime.advance(10s);

    EXPECT_EQ(runs, 10);
    EXPECT_EQ(others, 10);
    EXPECT_EQ(scheduler.jobs().at(0).failed, 10u);
  });
}

}  // namespace
