#include "runtime/run_queue.hpp"

#include <atomic>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include "support/threads.hpp"

using namespace poolder::detail;

namespace {

struct Piece final : Runnable {
  Piece() : Runnable(poolder::Priority::normal) {}
  void run(Turn&) noexcept override {}
  std::size_t number = 0;
  int taken = 0;  // plain: who pops it must see what the pusher wrote, and be alone with it
};

constexpr std::size_t pieces = 2'000;

using Pieces = std::vector<std::unique_ptr<Piece[]>>;

Pieces make_pieces(std::size_t producers) {
  Pieces all;
  for (std::size_t i = 0; i < producers; ++i) {
    all.push_back(std::make_unique<Piece[]>(pieces));
    for (std::size_t j = 0; j < pieces; ++j) all[i][j].number = j;
  }
  return all;
}

void expect_each_taken_once(const Pieces& all) {
  for (const auto& each : all)
    for (std::size_t j = 0; j < pieces; ++j) ASSERT_EQ(each[j].taken, 1);
}

TEST(Ring, GivesEachItemToOneConsumerWhetherTakenSinglyOrInBatches) {
  const Pieces all = make_pieces(2);
  Ring<Piece> ring{64};
  std::atomic<std::size_t> popped{0};

  poolder_tests::on_threads(4, [&](std::size_t i) {
    for (std::size_t j = 0; i < 2 && j < pieces; ++j)
      while (!ring.push(&all[i][j])) std::this_thread::yield();
    Piece* taken[7];
    while (i >= 2 && popped < 2 * pieces) {
      const std::size_t found = ring.pop(taken, i == 2 ? 7 : 1);
      for (std::size_t j = 0; j < found; ++j) ++taken[j]->taken;
      popped += found;
      if (found == 0) std::this_thread::yield();
    }
  });

  expect_each_taken_once(all);
  EXPECT_EQ(ring.size(), 0u);
  EXPECT_EQ(ring.pop(), nullptr);
}

TEST(Ring, KeepsTheOrderOfOneProducerForOneConsumer) {
  const Pieces all = make_pieces(1);
  Ring<Piece> ring{8};
  bool in_order = true;

  poolder_tests::on_threads(2, [&](std::size_t i) {
    for (std::size_t j = 0; j < pieces;) {
      if (i == 0 && ring.push(&all[0][j])) {
        ++j;
      } else if (Piece* piece = i == 1 ? ring.pop() : nullptr) {
        in_order = in_order && piece->number == j++;
      } else {
        std::this_thread::yield();
      }
    }
  });

  EXPECT_TRUE(in_order);
}

TEST(RunQueue, KeepsWhatDoesNotFitItsRing) {
  const Pieces all = make_pieces(1);
  RunQueue queue{16};

  for (std::size_t i = 0; i < pieces; ++i) queue.push(&all[0][i]);

  EXPECT_EQ(queue.size(), pieces);
  for (std::size_t i = 0; i < pieces; ++i) ASSERT_EQ(queue.pop(), &all[0][i]);
  EXPECT_EQ(queue.pop(), nullptr);
}

TEST(RunQueue, LosesNothingWhileItOverflowsAndDrains) {
  const Pieces all = make_pieces(3);
  RunQueue queue{16};
  std::atomic<std::size_t> popped{0};

  poolder_tests::on_threads(5, [&](std::size_t i) {
    for (std::size_t j = 0; i < 3 && j < pieces; ++j) queue.push(&all[i][j]);
    Runnable* taken[5];
    while (i >= 3 && popped < 3 * pieces) {
      const std::size_t found = queue.pop(taken, 5);
      for (std::size_t j = 0; j < found; ++j) ++static_cast<Piece*>(taken[j])->taken;
      popped += found;
      if (found == 0) std::this_thread::yield();
    }
  });

  expect_each_taken_once(all);
}

}  // namespace
