// When a batch is handed over.

#include <string>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

using Moment = std::chrono::steady_clock::time_point;

struct Handed {
  std::vector<int> items;
  Moment when;
};

struct Clocked {
  using Item = int;
  Clocked(Runtime* its_runtime, std::vector<Handed>* its_log)
      : runtime(its_runtime), log(its_log) {}
  void handle_batch(Batch<int>& batch) {
    log->push_back({std::vector<int>(batch.begin(), batch.end()), runtime->now()});
  }
  std::size_t weigh(const int& item) const { return static_cast<std::size_t>(item); }
  Runtime* runtime;
  std::vector<Handed>* log;
};

TEST(BatcherTimeout, CountsFromEachBatchsFirstItemExactly) {
  for_each_seed([](std::uint64_t seed) {
    detail::Random random{seed};
    std::vector<Handed> log;
    SimulatedRuntime runtime{seed};
    Batcher<Clocked> batcher{runtime, BatcherOptions{.limit = 5, .timeout = 10ms}, &runtime, &log};
    std::vector<Moment> due;
    std::size_t collected = 0;
    Moment first;

    for (int item = 0; item < 60; ++item) {
      if (collected > 0 && first + 10ms <= runtime.now()) {
        due.push_back(first + 10ms);
        collected = 0;
      }
      if (collected++ == 0) first = runtime.now();
      batcher.push(item);
      if (collected == 5) {
        due.push_back(runtime.now());
        collected = 0;
      }
      runtime.advance(std::chrono::microseconds{random.below(5'000)});
    }
    runtime.advance(10ms);
    if (collected > 0) due.push_back(first + 10ms);

    ASSERT_EQ(log.size(), due.size());
    for (std::size_t i = 0; i < due.size(); ++i) EXPECT_EQ(log[i].when - due[i], 0ns);
  });
}

// D-14: the timer of a batch that has gone must not hand the next one over early.
TEST(BatcherTimeout, OfABatchThatHasGoneDoesNotTouchTheNext) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<Handed> log;
    SimulatedRuntime runtime{seed};
    Batcher<Clocked> batcher{runtime, BatcherOptions{.limit = 2, .timeout = 10ms}, &runtime, &log};

    batcher.push(1);
    runtime.advance(6ms);
    batcher.push(2);  // filled
    batcher.push(3);
    runtime.advance(9'999us);
    EXPECT_EQ(log.size(), 1u);
    runtime.advance(1us);

    ASSERT_EQ(log.size(), 2u);
    EXPECT_EQ(log[1].items, std::vector<int>{3});
  });
}

// D-12: what was popped counts neither for the limit nor as a batch.
TEST(BatcherTimeout, HandsOverNothingWhereAllHasBeenPopped) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<Handed> log;
    SimulatedRuntime runtime{seed};
    Batcher<Clocked> batcher{runtime, BatcherOptions{.limit = 3, .timeout = 10ms}, &runtime, &log};

    batcher.push(1);
    runtime.advance(4ms);
    EXPECT_EQ(batcher.pop_at(0), 1);
    runtime.advance(4ms);
    batcher.push(2);
    batcher.push(3);
    EXPECT_EQ(batcher.pop_at(0), 2);
    batcher.push(4);
    EXPECT_EQ(batcher.size(), 2u);
    runtime.advance(9ms);
    EXPECT_TRUE(log.empty());
    runtime.advance(1ms);

    ASSERT_EQ(log.size(), 1u);
    EXPECT_EQ(log[0].items, (std::vector<int>{3, 4}));
  });
}

TEST(BatcherTimeout, AWeightIsNeverExceededButByOneHeavyItem) {
  for_each_seed([](std::uint64_t seed) {
    detail::Random random{seed};
    std::vector<Handed> log;
    SimulatedRuntime runtime{seed};
    const BatchOrder order = random.below(2) == 0 ? BatchOrder::fifo : BatchOrder::lifo;
    Batcher<Clocked> batcher{runtime, BatcherOptions{.order = order, .max_weight = 20}, &runtime,
                             &log};

    std::size_t items = 0;
    for (; items < 80; ++items) {
      const int item = static_cast<int>(random.below(25));
      random.below(4) == 0 ? batcher.push_front(item) : batcher.push(item);
    }
    EXPECT_TRUE(batcher.drain(1s));

    std::size_t found = 0;
    for (const Handed& each : log) {
      int weight = 0;
      for (const int item : each.items) weight += item;
      if (each.items.size() > 1) {
        EXPECT_LE(weight, 20);
      }
      found += each.items.size();
    }
    EXPECT_EQ(found, items);
  });
}

// D-11: the defaults compile, and work: limit and flush alone hand over.
struct Plain {
  using Item = std::string;
  static constexpr BatcherOptions options{};
  explicit Plain(std::vector<std::size_t>* its_sizes) : sizes(its_sizes) {}
  void handle_batch(Batch<std::string>& batch) { sizes->push_back(batch.size()); }
  std::vector<std::size_t>* sizes;
};

TEST(BatcherTimeout, IsNotNeeded) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<std::size_t> sizes;
    SimulatedRuntime runtime{seed};
    Batcher<Plain> batcher{runtime, &sizes};

    for (int i = 0; i < 250; ++i) batcher.push("item");
    runtime.advance(24h);
    EXPECT_EQ(sizes, (std::vector<std::size_t>{100, 100}));
    batcher.flush();
    runtime.run_until_idle();

    EXPECT_EQ(sizes, (std::vector<std::size_t>{100, 100, 50}));
  });
}

}  // namespace
