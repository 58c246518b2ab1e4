// Several batches at once.

#include <algorithm>
#include <set>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

/// Waits inside a handler, in the runtime's time.
struct Sleeper {
  void handle_job(Duration) {}
  int handle_call(Duration span, Context& context) {
    context.sleep(span);
    return 0;
  }
};

struct Log {
  std::size_t running = 0, most = 0;
  std::multiset<int> seen;
  detail::Random random{1};
};

struct Slow {
  using Item = int;
  Slow(Pool<Sleeper>* its_sleepers, Log* its_log) : sleepers(its_sleepers), log(its_log) {}
  void handle_batch(Batch<int>& batch) {
    log->most = std::max(log->most, ++log->running);
    sleepers->call(Duration{std::chrono::milliseconds{1 + log->random.below(3)}});
    --log->running;
    if (log->random.below(4) == 0) throw Planned{};
    log->seen.insert(batch.begin(), batch.end());
  }
  void handle_dropped(Batch<int>& batch, const Failure&) {
    log->seen.insert(batch.begin(), batch.end());
  }
  Pool<Sleeper>* sleepers;
  Log* log;
};

TEST(BatcherConcurrency, NeverExceedsItsMostAndReachesIt) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    log.random = detail::Random{seed};
    detail::Random random{seed};
    const std::size_t most = 1 + random.below(4);
    const std::size_t limit = 1 + random.below(3);
    SimulatedRuntime runtime{seed};
    Pool<Sleeper> sleepers{runtime, PoolOptions{.size = 8}};
    Batcher<Slow> batcher{
        runtime,
        BatcherOptions{
            .limit = limit,
            .timeout = 1ms,
            .retry = {.max_attempts = 2, .backoff = Duration{random.below(2) * 1'000'000}},
            .max_concurrent_batches = most},
        &sleepers, &log};

    for (int item = 0; item < 40; ++item) {
      batcher.push(item);
      if (random.below(8) == 0) runtime.advance(1ms);
    }
    EXPECT_TRUE(batcher.drain(1h));

    EXPECT_EQ(log.most, most);
    EXPECT_EQ(log.running, 0u);
    std::multiset<int> all;
    for (int item = 0; item < 40; ++item) all.insert(item);
    EXPECT_EQ(log.seen, all);
  });
}

TEST(BatcherConcurrency, HandlesOneAfterAnotherAndInOrderWhereItIsOne) {
  struct Ordered {
    using Item = int;
    Ordered(Pool<Sleeper>* its_sleepers, std::vector<int>* its_log)
        : sleepers(its_sleepers), log(its_log) {}
    void handle_batch(Batch<int>& batch) {
      const Alone alone{busy};
      sleepers->call(Duration{1ms});
      log->insert(log->end(), batch.begin(), batch.end());
    }
    Pool<Sleeper>* sleepers;
    std::vector<int>* log;
    bool busy = false;
  };
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> log, all;
    SimulatedRuntime runtime{seed};
    Pool<Sleeper> sleepers{runtime, PoolOptions{.size = 2}};
    Batcher<Ordered> batcher{runtime, BatcherOptions{.limit = 3}, &sleepers, &log};

    for (int item = 0; item < 30; ++item) {
      batcher.push(item);
      all.push_back(item);
    }
    batcher.stop();

    EXPECT_EQ(log, all);
  });
}

struct Named {
  using Item = int;
  explicit Named(std::vector<int>* its_order) : order(its_order) {}
  void handle_batch(Batch<int>& batch) { order->push_back(*batch.begin()); }
  std::vector<int>* order;
};

TEST(BatcherPriority, DecidesWhoseBatchesAreHandledFirst) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> order;
    SimulatedRuntime runtime{seed};
    Batcher<Named> low{runtime, BatcherOptions{.limit = 1, .priority = Priority::low}, &order};
    Batcher<Named> max{runtime, BatcherOptions{.limit = 1, .priority = Priority::max}, &order};

    low.push(1);
    max.push(2);
    runtime.run_until_idle();

    EXPECT_EQ(order, (std::vector<int>{2, 1}));
  });
}

}  // namespace
