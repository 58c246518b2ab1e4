// What handle_error answers, against a model that knows nothing of pools.

#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

constexpr int max_attempts = 4;
constexpr Duration by_policy = 7ms;

/// What comes of each attempt.
enum class Answer { succeed, retry, backoff, halt, ignore, policy };

using Script = std::vector<Answer>;  // one for each attempt

struct Job {
  const Script* script;
};

struct Log {
  std::vector<Duration> at;
  std::vector<int> asked;
};

struct Patient {
  static constexpr WorkerOptions options{
      .retry = {.max_attempts = max_attempts, .backoff = by_policy}};

  Patient(Log* its_log, Runtime* its_runtime) : log(its_log), runtime(its_runtime) {}

  void handle_job(const Job& job, Context& context) {
    log->at.push_back(runtime->now().time_since_epoch());
    current = (*job.script)[static_cast<std::size_t>(context.attempt()) - 1];
    if (current != Answer::succeed) throw Planned{};
  }

  Recovery handle_error(const Failure& failure) {
    log->asked.push_back(failure.attempt);
    EXPECT_EQ(failure.what(), "planned");
    switch (current) {
      case Answer::retry:
        return retry();
      case Answer::backoff:
        return backoff(3ms);
      case Answer::halt:
        return halt();
      case Answer::ignore:
        return ignore();
      default:
        throw std::logic_error("handle_error fails, too");
    }
  }

  Log* log;
  Runtime* runtime;
  Answer current = Answer::succeed;
};

struct Expected {
  std::vector<Duration> gaps;  // between attempts
  std::vector<int> asked;
  std::uint64_t processed = 0, failed = 0, retried = 0, dropped = 0;
};

Expected model(const Script& script) {
  Expected expected;
  for (int attempt = 1;; ++attempt) {
    const Answer answer = script[static_cast<std::size_t>(attempt) - 1];
    if (answer == Answer::succeed) return ++expected.processed, expected;
    expected.asked.push_back(attempt);
    if (answer == Answer::ignore) return ++expected.failed, expected;
    if (answer == Answer::halt || attempt == max_attempts)
      return ++expected.failed, ++expected.dropped, expected;
    ++expected.retried;
    expected.gaps.push_back(answer == Answer::retry     ? Duration{0}
                            : answer == Answer::backoff ? Duration{3ms}
                                                        : by_policy);
  }
}

TEST(PoolRecovery, FollowsHandleErrorAfterEveryFailedAttemptUntilTheLast) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    detail::Random random{seed};
    Pool<Patient> pool{runtime, PoolOptions{.size = 2}, &log, &runtime};
    Script script;
    for (int i = 0; i < max_attempts; ++i)
      script.push_back(
          static_cast<Answer>(random.below(10) < 6 ? 1 + random.below(2) : random.below(6)));
    const Expected expected = model(script);

    pool.cast(Job{&script});
    EXPECT_TRUE(pool.drain(1s));

    std::vector<Duration> gaps;
    for (std::size_t i = 1; i < log.at.size(); ++i) gaps.push_back(log.at[i] - log.at[i - 1]);
    EXPECT_EQ(gaps, expected.gaps);
    EXPECT_EQ(log.asked, expected.asked);
    const PoolStats stats = pool.stats();
    EXPECT_EQ(stats.processed, expected.processed);
    EXPECT_EQ(stats.failed, expected.failed);
    EXPECT_EQ(stats.retried, expected.retried);
    EXPECT_EQ(stats.dropped, expected.dropped);
  });
}

struct Refusing {
  static constexpr WorkerOptions options{.retry = {.max_attempts = 3}};
  explicit Refusing(Log* its_log) : log(its_log) {}
  int handle_call(int) { throw Planned{}; }
  Recovery handle_error(const Failure& failure) {
    log->asked.push_back(failure.attempt);
    return retry();
  }
  Log* log;
};

TEST(PoolRecovery, ACallThatThrowsGoesToItsCallerAndIsNotTriedAgain) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Refusing> pool{runtime, PoolOptions{.size = 1}, &log};

    EXPECT_THROW(pool.call(1), Planned);

    EXPECT_TRUE(log.asked.empty());
    EXPECT_EQ(pool.stats().failed, 1u);
    EXPECT_EQ(pool.stats().retried, 0u);
  });
}

}  // namespace
