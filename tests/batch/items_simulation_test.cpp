// What items may do while they are moved and destroyed, and how a range of them is pushed.

#include <iterator>
#include <ranges>
#include <string>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

/// Uses its batcher wherever it is moved or destroyed.
struct Nosy {
  explicit Nosy(int its_value) : value(its_value) {}
  Nosy(Nosy&& other) noexcept : value(other.value) { look(); }
  ~Nosy() { look(); }
  static void look() {
    if (batcher) (void)batcher->stats();
  }
  struct Taking {
    using Item = Nosy;
    explicit Taking(std::vector<int>* its_log) : log(its_log) {}
    void handle_batch(Batch<Nosy>& batch) {
      for (const Nosy& each : batch) log->push_back(each.value);
    }
    std::vector<int>* log;
  };
  static inline Batcher<Taking>* batcher = nullptr;
  int value;
};

TEST(BatcherItem, MayUseTheBatcherWhereverItIsMovedAndDestroyed) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> log;
    SimulatedRuntime runtime{seed};
    Batcher<Nosy::Taking> batcher{
        runtime,
        BatcherOptions{.limit = 40, .queue = {.capacity = 50, .on_full = OnFull::drop_oldest}},
        &log};
    Nosy::batcher = &batcher;

    for (int i = 0; i < 60; ++i) i % 2 == 0 ? batcher.push(Nosy{i}) : batcher.push_front(Nosy{i});
    (void)batcher.pop_at(0);
    EXPECT_TRUE(batcher.drain(1s));
    batcher.stop();
    Nosy::batcher = nullptr;

    EXPECT_EQ(log.size() + batcher.stats().dropped + 1, 60u);
  });
}

struct Numbers {
  using Item = int;
  explicit Numbers(std::vector<int>* its_log) : log(its_log) {}
  void handle_batch(Batch<int>& batch) { log->insert(log->end(), batch.begin(), batch.end()); }
  std::vector<int>* log;
};

/// Has the next number once all before it have been handled.
struct OneAfterAnother {
  using value_type = int;
  using difference_type = std::ptrdiff_t;
  int operator*() const {
    EXPECT_TRUE(batcher->drain(1s));
    EXPECT_EQ(log->size(), static_cast<std::size_t>(number));
    return number;
  }
  OneAfterAnother& operator++() { return ++number, *this; }
  void operator++(int) { ++number; }
  bool operator==(std::default_sentinel_t) const { return number == 5; }
  Batcher<Numbers>* batcher = nullptr;
  std::vector<int>* log = nullptr;
  int number = 0;
};

struct OneByOne {
  OneAfterAnother first;
  OneAfterAnother begin() const { return first; }
  std::default_sentinel_t end() const { return {}; }
};

TEST(BatcherPushAll, HoldsNothingBackWhileItsRangeMakesTheNext) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> log;
    SimulatedRuntime runtime{seed};
    Batcher<Numbers> batcher{runtime, BatcherOptions{.limit = 100}, &log};

    batcher.push_all(OneByOne{{&batcher, &log}});
    EXPECT_TRUE(batcher.drain(1s));

    EXPECT_EQ(log, (std::vector<int>{0, 1, 2, 3, 4}));
  });
}

/// Cannot become an item where it is 2.
struct Refusing {
  operator int() const {
    if (value == 2) throw Planned{};
    return value;
  }
  int value;
};

TEST(BatcherPushAll, CountsWhatItCouldNotAddBeforeAThrow) {
  SimulatedRuntime runtime{1};
  std::vector<int> log;
  Batcher<Numbers> batcher{
      runtime, BatcherOptions{.limit = 100, .queue = {.capacity = 1, .on_full = OnFull::reject}},
      &log};
  const std::vector<Refusing> some{{0}, {1}, {2}, {3}};

  testing::internal::CaptureStderr();
  EXPECT_THROW(batcher.push_all(some), Planned);
  const std::string said = testing::internal::GetCapturedStderr();

  EXPECT_EQ(batcher.size(), 1u);
  EXPECT_EQ(batcher.stats().dropped, 1u);
  EXPECT_NE(said.find("gave up 1 items of type int: poolder: queue_full"), std::string::npos)
      << said;
}

}  // namespace
