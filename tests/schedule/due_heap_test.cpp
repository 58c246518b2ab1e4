#include "schedule/due_heap.hpp"

#include <set>
#include <utility>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>

using poolder::detail::DueHeap;
using poolder::detail::Random;
using poolder::detail::Ticks;

namespace {

// Beside a multiset, which is right by itself.
TEST(DueHeap, GivesWhatIsEarliestOverRandomPushesPopsAndReplacements) {
  Random random{1};
  DueHeap heap;
  std::multiset<Ticks> model;

  for (int step = 0; step < 200'000; ++step) {
    const auto due = static_cast<Ticks>(random.below(1'000));
    const std::uint32_t action = random.below(4);
    if (action < 2 || model.empty()) {
      heap.push({due, 0, 0});
      model.insert(due);
    } else if (action == 2) {
      heap.pop();
      model.erase(model.begin());
    } else {
      heap.replace_top({due, 0, 0});
      model.erase(model.begin());
      model.insert(due);
    }

    ASSERT_EQ(heap.size(), model.size());
    if (!model.empty()) {
      ASSERT_EQ(heap.top().due, *model.begin());
    }
  }
}

TEST(DueHeap, KeepsItsOrderAmongWhatIsRetained) {
  Random random{2};
  for (std::uint32_t size = 0; size < 200; ++size) {
    DueHeap heap;
    std::multiset<Ticks> model;
    for (std::uint32_t i = 0; i < size; ++i) {
      const auto due = static_cast<Ticks>(random.below(100));
      const std::uint32_t version = random.below(3);
      heap.push({due, i, version});
      if (version != 0) model.insert(due);
    }

    heap.retain([](const DueHeap::Entry& each) { return each.version != 0; });

    for (; !model.empty(); heap.pop(), model.erase(model.begin())) {
      ASSERT_EQ(heap.size(), model.size());
      ASSERT_EQ(heap.top().due, *model.begin());
    }
    ASSERT_TRUE(heap.empty());
  }
}

}  // namespace
