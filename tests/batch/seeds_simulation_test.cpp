// What Poolder's batcher does, and what went wrong with it.

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

using Words = std::vector<std::string>;  // one item: a list pushed is one element
using Indexed = std::vector<std::pair<std::size_t, Words>>;

struct Lists {
  using Item = Words;
  explicit Lists(std::vector<Indexed>* its_log) : log(its_log) {}
  void handle_batch(Batch<Words>& batch) {
    Indexed all;
    for (const auto [position, words] : batch.indexed()) all.emplace_back(position, *words);
    log->push_back(std::move(all));
  }
  std::vector<Indexed>* log;
};

// Seeds 2.3, item 4; there a pop left a hole (D-12), and lifo and lists counted it. D-13: an item
// of two elements was the batcher's end.
TEST(BatcherOfTheSeeds, DeliversItsWorkedExampleWithDenseIndices) {
  for_each_seed([](std::uint64_t seed) {
    for (const BatchOrder order : {BatchOrder::fifo, BatchOrder::lifo}) {
      std::vector<Indexed> log;
      SimulatedRuntime runtime{seed};
      Batcher<Lists> batcher{runtime, BatcherOptions{.limit = 10, .order = order}, &log};

      batcher.push({"yellow"});
      batcher.push({"5"});
      batcher.push_front({"Amsterdam"});
      batcher.push({"red", "blue"});
      EXPECT_EQ(batcher.pop_at(2), Words{"5"});
      batcher.push({"orange"});
      batcher.flush();
      runtime.run_until_idle();

      const Indexed fifo{
          {0, {"Amsterdam"}}, {1, {"yellow"}}, {2, {"red", "blue"}}, {3, {"orange"}}};
      const Indexed lifo{
          {0, {"orange"}}, {1, {"red", "blue"}}, {2, {"yellow"}}, {3, {"Amsterdam"}}};
      EXPECT_EQ(log, std::vector<Indexed>{order == BatchOrder::fifo ? fifo : lifo});
    }
  });
}

TEST(BatcherOfTheSeeds, SplitsABurstExactlyAtItsLimit) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<Indexed> log;
    SimulatedRuntime runtime{seed};
    Batcher<Lists> batcher{runtime, BatcherOptions{}, &log};

    for (int i = 0; i < 200; ++i) batcher.push({std::to_string(i)});
    runtime.run_until_idle();

    ASSERT_EQ(log.size(), 2u);
    for (std::size_t batch = 0; batch < 2; ++batch)
      for (std::size_t i = 0; i < 100; ++i)
        EXPECT_EQ(log[batch][i], (std::pair{i, Words{std::to_string(100 * batch + i)}}));
  });
}

// D-16: the state that its start made is what its handlers work on. D-19: whatever they throw stays
// with the batch.
struct Throwing {
  using Item = int;
  Throwing(int its_state, std::vector<int>* its_log) : state(its_state), log(its_log) {}
  void handle_batch(Batch<int>& batch) {
    log->push_back(state++);
    if (*batch.begin() == 1) throw 42;
    if (*batch.begin() == 2) throw "a text";
    if (*batch.begin() == 3) throw std::make_unique<int>(3);
  }
  int state;
  std::vector<int>* log;
};

TEST(BatcherOfTheSeeds, KeepsItsStateWhateverIsThrown) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> log;
    SimulatedRuntime runtime{seed};
    Batcher<Throwing> batcher{runtime, BatcherOptions{.limit = 1}, 7, &log};

    for (int item = 0; item < 5; ++item) batcher.push(item);
    EXPECT_TRUE(batcher.drain(1s));

    EXPECT_EQ(log, (std::vector<int>{7, 8, 9, 10, 11}));
    EXPECT_EQ(batcher.stats().dropped, 3u);
  });
}

// D-03: nothing grows with what has been handled.
TEST(BatcherOfTheSeeds, RunsOnOneStackFrameForHundredsOfThousandsOfBatches) {
  std::vector<int> log;
  SimulatedRuntime runtime{1};
  Batcher<Throwing> batcher{runtime, BatcherOptions{.limit = 1}, 0, &log};

  for (int i = 0; i < 200'000; ++i) batcher.push(0);
  EXPECT_TRUE(batcher.drain(1s));

  EXPECT_EQ(log.size(), 200'000u);
}

}  // namespace
