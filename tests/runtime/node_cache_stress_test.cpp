#include <algorithm>
#include <atomic>
#include <cstdint>
#include <cstring>
#include <thread>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>
#include <poolder/runtime/detail/node_cache.hpp>

#include "runtime/plain_nodes.hpp"
#include "support/threads.hpp"

using namespace poolder::detail;

namespace {

// A node that two threads hold at once is written by both: the marks show it, and ThreadSanitizer
// too.
class Marked {
 public:
  explicit Marked(std::uint64_t mark) : node_(static_cast<std::uint64_t*>(allocate_node())) {
    std::fill_n(node_, node_size / 8, mark);
  }
  void free(std::uint64_t mark) {
    for (std::size_t i = 0; i < node_size / 8; ++i) EXPECT_EQ(node_[i], mark);
    free_node(node_);
  }

 private:
  std::uint64_t* node_;
};

TEST(NodeCache, GivesWholeCacheLinesAndEachOnce) {
  std::vector<void*> nodes;

  for (int i = 0; i < 200; ++i) nodes.push_back(allocate_node());

  for (void* each : nodes) EXPECT_EQ(reinterpret_cast<std::uintptr_t>(each) % node_size, 0u);
  std::sort(nodes.begin(), nodes.end());
  EXPECT_EQ(std::adjacent_find(nodes.begin(), nodes.end()), nodes.end());
  for (void* each : nodes) free_node(each);
}

#ifndef POOLDER_PLAIN_NODES
// However they come back, they go out as they lie: a long queue is read in the order of its memory.
TEST(NodeCache, GivesManyInTheOrderOfTheirAddresses) {
  constexpr std::size_t many = 50'000;
  std::vector<std::byte*> nodes(many);
  Random random{1};
  for (int round = 0; round < 3; ++round) {
    for (std::byte*& each : nodes) each = static_cast<std::byte*>(allocate_node());
    for (std::size_t i = many; i > 1; --i)
      std::swap(nodes[i - 1], nodes[random.below(static_cast<std::uint32_t>(i))]);
    for (std::byte* each : nodes) free_node(each);
  }

  for (std::byte*& each : nodes) each = static_cast<std::byte*>(allocate_node());

  std::size_t neighbours = 0;
  for (std::size_t i = 1; i < many; ++i)
    neighbours += nodes[i] - nodes[i - 1] == std::ptrdiff_t{node_size};
  EXPECT_GT(neighbours, many * 9 / 10);
  for (std::byte* each : nodes) free_node(each);
}
#endif

TEST(NodeCache, NeverGivesANodeToTwo) {
  poolder_tests::on_threads(4, [&](std::size_t thread) {
    Random random{thread};
    std::vector<Marked> held;
    for (int i = 0; i < 10'000; ++i) {
      if (held.empty() || random.below(200) > held.size()) {
        held.emplace_back(thread);
      } else {
        held.back().free(thread);
        held.pop_back();
      }
    }
    for (Marked& each : held) each.free(thread);
  });
}

TEST(NodeCache, TakesNodesBackOnOtherThreadsThanTheyWereGivenTo) {
  std::atomic<void*> passed{nullptr};

  poolder_tests::on_threads(2, [&](std::size_t i) {
    for (int j = 0; j < 10'000; ++j) {
      void* node = i == 0 ? allocate_node() : nullptr;
      if (i == 0) {
        std::memset(node, 1, node_size);
        for (void* none = nullptr; !passed.compare_exchange_weak(none, node); none = nullptr)
          std::this_thread::yield();
      } else {
        while (!(node = passed.exchange(nullptr))) std::this_thread::yield();
        std::memset(node, 2, node_size);
        free_node(node);
      }
    }
  });
}

TEST(NodeCache, KeepsTheNodesOfThreadsThatHaveEnded) {
  for (int i = 0; i < 200; ++i) {
    std::vector<Marked> given;
    std::jthread([&] {
      for (std::uint64_t j = 0; j < 150; ++j) given.emplace_back(j);
    }).join();

    std::jthread([&] {
      for (std::uint64_t j = 0; j < 150; ++j) given[j].free(j);
    }).join();
  }
}

}  // namespace
