// Handlers that push into their own batcher: those whose wait could never end are told so, and no
// others.

#include <algorithm>
#include <vector>

#include "support/simulated_sleep.hpp"
#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Log {
  Runtime* runtime = nullptr;
  std::size_t accepted = 0, refused = 0, handled = 0;
  int more = 0;  // that a handler pushes
  Duration between{0};
};

struct Feeder {
  using Item = int;
  explicit Feeder(Log* its_log) : log(its_log) {}
  void handle_batch(Batch<int>& batch) {
    log->handled += batch.size();
    if (std::find(batch.begin(), batch.end(), 0) == batch.end()) return;
    for (int i = 0; i < log->more; ++i) {
      if (log->between > Duration{0}) sleep_in(*log->runtime, log->between);
      const auto code = error_of([&] { itself->push(1); });
      EXPECT_TRUE(!code || code == ErrorCode::would_deadlock);
      ++(code ? log->refused : log->accepted);
    }
  }
  static inline Batcher<Feeder>* itself = nullptr;
  Log* log;
};

TEST(BatcherRing, IsNoneWhereAnotherHandlerMakesRoom) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Log log{.runtime = &runtime, .more = 8};
    Batcher<Feeder> batcher{
        runtime, BatcherOptions{.limit = 1, .max_concurrent_batches = 2, .queue = {.capacity = 2}},
        &log};
    Feeder::itself = &batcher;

    batcher.push(0);
    EXPECT_TRUE(batcher.drain(1s));

    EXPECT_EQ(log.refused, 0u);
    EXPECT_EQ(log.handled, 9u);
  });
}

// With all that is held in its own hands a handler waits for itself, whoever else is free.
TEST(BatcherRing, IsOneWhereTheHandlersOwnItemsFillTheQueue) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Log log{.runtime = &runtime, .more = 1};
    Batcher<Feeder> batcher{
        runtime, BatcherOptions{.limit = 2, .max_concurrent_batches = 4, .queue = {.capacity = 2}},
        &log};
    Feeder::itself = &batcher;

    batcher.push_all(std::vector<int>{0, 1});
    EXPECT_TRUE(batcher.drain(1s));

    EXPECT_EQ(log.refused, 1u);
  });
}

TEST(BatcherRing, NeitherHangsNorLosesAnythingWhateverTheNumbers) {
  std::size_t refused = 0, accepted = 0;
  for_each_seed([&](std::uint64_t seed) {
    detail::Random random{seed};
    SimulatedRuntime runtime{seed};
    Log log{.runtime = &runtime, .more = static_cast<int>(random.below(7))};
    if (random.below(2) == 0) log.between = 1ms;
    Batcher<Feeder> batcher{runtime,
                            BatcherOptions{.limit = 1 + random.below(6),
                                           .max_concurrent_batches = 1 + random.below(4),
                                           .queue = {.capacity = 1 + random.below(9)}},
                            &log};
    Feeder::itself = &batcher;

    for (int i = 0; i < 6; ++i) batcher.push(static_cast<int>(random.below(2)));
    EXPECT_TRUE(batcher.drain(1h));

    EXPECT_EQ(log.handled, 6 + log.accepted);
    refused += log.refused;
    accepted += log.accepted;
  });
  EXPECT_GT(refused, 0u);
  EXPECT_GT(accepted, 0u);
}

}  // namespace
