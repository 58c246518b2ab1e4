// Batches that fail.

#include <memory>
#include <string>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

using Moment = std::chrono::steady_clock::time_point;
using Texts = std::vector<std::string>;

struct Attempt {
  Texts items;
  Moment when;
};

struct Log {
  std::vector<Attempt> attempts{};
  std::vector<Texts> dropped{};
  std::vector<int> asked{};
  int failures = 0;  // still to come
  Recovery answer = retry();
  bool error_throws = false, dropped_throws = false;
};

struct Failing {
  using Item = std::string;
  Failing(Runtime* its_runtime, Log* its_log) : runtime(its_runtime), log(its_log) {}
  void handle_batch(Batch<std::string>& batch) {
    log->attempts.push_back({Texts(batch.begin(), batch.end()), runtime->now()});
    if (log->failures > 0) {
      --log->failures;
      throw Planned{};
    }
  }
  void handle_dropped(Batch<std::string>& batch, const Failure& failure) {
    EXPECT_EQ(failure.what(), "planned");
    log->dropped.emplace_back(batch.begin(), batch.end());
    if (log->dropped_throws) throw Planned{};
  }
  Runtime* runtime;
  Log* log;
};

struct Asking : Failing {
  using Failing::Failing;
  Recovery handle_error(Batch<std::string>& batch, const Failure& failure) {
    EXPECT_FALSE(batch.empty());
    log->asked.push_back(failure.attempt);
    if (log->error_throws) throw Planned{};
    return log->answer;
  }
};

TEST(BatcherRetry, KeepsTheSameItemsAtEachAttemptAndTheBackoffBetween) {
  for_each_seed([](std::uint64_t seed) {
    Log log{.failures = 3};
    SimulatedRuntime runtime{seed};
    Batcher<Failing> batcher{
        runtime,
        BatcherOptions{
            .limit = 2,
            .retry = {.max_attempts = 4, .backoff = 10ms, .factor = 2, .max_backoff = 25ms}},
        &runtime, &log};
    const Moment start = runtime.now();

    batcher.push_all(Texts{"a", "b"});
    runtime.advance(1s);

    ASSERT_EQ(log.attempts.size(), 4u);
    const Duration expected[] = {0ms, 10ms, 30ms, 55ms};
    for (std::size_t i = 0; i < 4; ++i) {
      EXPECT_EQ(log.attempts[i].items, (Texts{"a", "b"}));
      EXPECT_EQ(log.attempts[i].when - start, expected[i]);
    }
    EXPECT_TRUE(log.dropped.empty());
    EXPECT_EQ(batcher.stats().retried, 3u);
    EXPECT_EQ(batcher.stats().items, 2u);
  });
}

// D-09: a failing batch does not harm what is collected meanwhile.
TEST(BatcherRetry, HoldsUpThoseBehindItAndTakesMoreMeanwhile) {
  for_each_seed([](std::uint64_t seed) {
    Log log{.failures = 2};
    SimulatedRuntime runtime{seed};
    Batcher<Failing> batcher{
        runtime, BatcherOptions{.limit = 2, .retry = {.max_attempts = 2, .backoff = 10ms}},
        &runtime, &log};

    batcher.push_all(Texts{"a", "b"});
    runtime.advance(5ms);
    batcher.push_all(Texts{"c", "d", "e"});
    runtime.advance(4ms);
    EXPECT_EQ(log.attempts.size(), 1u);
    EXPECT_TRUE(batcher.drain(1s));

    ASSERT_EQ(log.attempts.size(), 4u);
    EXPECT_EQ(log.attempts[1].items, (Texts{"a", "b"}));
    EXPECT_EQ(log.attempts[2].items, (Texts{"c", "d"}));
    EXPECT_EQ(log.attempts[3].items, Texts{"e"});
    EXPECT_EQ(log.dropped, (std::vector<Texts>{{"a", "b"}}));
    EXPECT_EQ(batcher.stats().dropped, 2u);
    EXPECT_EQ(batcher.stats().failed, 1u);
  });
}

TEST(BatcherRetry, LetsOthersGoOnWhereSeveralAreHandledAtOnce) {
  for_each_seed([](std::uint64_t seed) {
    Log log{.failures = 1};
    SimulatedRuntime runtime{seed};
    Batcher<Failing> batcher{
        runtime,
        BatcherOptions{
            .limit = 1, .retry = {.max_attempts = 2, .backoff = 10ms}, .max_concurrent_batches = 2},
        &runtime, &log};

    batcher.push("a");
    runtime.advance(5ms);
    batcher.push("b");
    batcher.push("c");
    runtime.advance(4ms);
    EXPECT_EQ(log.attempts.size(), 3u);
    runtime.advance(1ms);

    ASSERT_EQ(log.attempts.size(), 4u);
    EXPECT_EQ(log.attempts[3].items, Texts{"a"});
  });
}

TEST(BatcherRetry, DoesWhatHandleErrorSays) {
  for_each_seed([](std::uint64_t seed) {
    Log log{.failures = 2, .answer = backoff(7ms)};
    SimulatedRuntime runtime{seed};
    Batcher<Asking> batcher{runtime, BatcherOptions{.limit = 1, .retry = {.max_attempts = 5}},
                            &runtime, &log};

    batcher.push("a");
    runtime.advance(14ms);
    EXPECT_EQ(log.attempts.size(), 3u);
    log.failures = 1;
    log.answer = halt();
    batcher.push("b");
    runtime.advance(1s);
    EXPECT_EQ(log.dropped, std::vector<Texts>{{"b"}});
    log.failures = 1;
    log.answer = ignore();
    batcher.push("c");
    runtime.advance(1s);

    EXPECT_EQ(log.dropped, std::vector<Texts>{{"b"}});
    EXPECT_EQ(log.asked, (std::vector<int>{1, 2, 1, 1}));
    EXPECT_EQ(batcher.stats().dropped, 1u);
    EXPECT_EQ(batcher.stats().failed, 2u);
  });
}

TEST(BatcherRetry, GoesByThePolicyWhereHandleErrorThrowsAndOnWhereHandleDroppedDoes) {
  for_each_seed([](std::uint64_t seed) {
    Log log{.failures = 2, .error_throws = true, .dropped_throws = true};
    SimulatedRuntime runtime{seed};
    Batcher<Asking> batcher{
        runtime, BatcherOptions{.limit = 1, .retry = {.max_attempts = 2, .backoff = 3ms}}, &runtime,
        &log};

    batcher.push("a");
    batcher.push("b");
    runtime.advance(3ms);

    EXPECT_EQ(log.attempts.size(), 3u);
    EXPECT_EQ(log.dropped, std::vector<Texts>{{"a"}});
    EXPECT_EQ(batcher.stats().items, 1u);
  });
}

// What a handler has taken cannot be handed to it again.
struct Taker {
  using Item = std::unique_ptr<int>;
  Taker(bool its_throws, std::vector<std::size_t>* its_log) : throws(its_throws), log(its_log) {}
  void handle_batch(Batch<Item>& batch) {
    const auto items = std::move(batch).take();
    EXPECT_TRUE(batch.empty());
    log->push_back(items.size());
    if (throws) throw Planned{};
  }
  void handle_dropped(Batch<Item>& batch, const Failure& failure) {
    EXPECT_EQ(failure.attempt, 1);
    log->push_back(100 + batch.size());
  }
  bool throws;
  std::vector<std::size_t>* log;
};

TEST(BatcherRetry, GivesUpABatchWhoseItemsWereTaken) {
  for_each_seed([](std::uint64_t seed) {
    for (const bool throws : {false, true}) {
      std::vector<std::size_t> log;
      SimulatedRuntime runtime{seed};
      Batcher<Taker> batcher{runtime, BatcherOptions{.limit = 3, .retry = {.max_attempts = 4}},
                             throws, &log};

      for (int i = 0; i < 3; ++i) batcher.push(std::make_unique<int>(i));
      EXPECT_TRUE(batcher.drain(1s));

      EXPECT_EQ(log, throws ? (std::vector<std::size_t>{3, 100}) : std::vector<std::size_t>{3});
      EXPECT_EQ(batcher.stats().dropped, throws ? 3u : 0u);
      EXPECT_EQ(batcher.stats().retried, 0u);
    }
  });
}

}  // namespace
