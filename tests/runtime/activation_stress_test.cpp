#include "runtime/activation.hpp"

#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include <poolder/runtime/detail/message.hpp>

using namespace poolder::detail;

namespace {

TEST(Activation, IsSettledOnceBetweenTheHandlersEndAndWhoeverTakesItsCell) {
  constexpr int rounds = 5'000;
  int cell = 0;  // plain: it belongs to whoever ended the activation
  std::atomic<Activation*> running{nullptr};
  std::atomic<int> begun{0}, settled{0};
  int ended = 0, taken = 0;

  std::jthread taker([&] {
    for (int round = 1; round <= rounds; ++round) {
      while (begun < round) std::this_thread::yield();
      // Sometimes before the handler ends, sometimes after: the lock says which.
      if (Activation* activation = running; activation->lock(&cell)) {
        ++cell;
        activation->unlock(round % 2 == 0 ? Activation::taken : 0);
        if (round % 2 == 0) ++taken;
      }
      settled = round;
    }
  });
  for (int round = 1; round <= rounds; ++round) {
    Activation& mine = Activation::begin(&cell, nullptr);
    running = &mine;
    begun = round;
    for (int i = 0; i < round % 64; ++i) std::atomic_signal_fence(std::memory_order_seq_cst);
    if ((mine.end() & Activation::taken) == 0) {
      ++cell;
      ++ended;
    }
    while (settled < round) std::this_thread::yield();
  }
  taker.join();

  EXPECT_EQ(ended + taken, rounds);
  EXPECT_GT(ended, 0);
}

TEST(Activation, IsNotLockedForAnotherCellThanItRunsFor) {
  int mine = 0, other = 0;
  Activation& activation = Activation::begin(&mine, nullptr);

  EXPECT_FALSE(activation.lock(&other));
  EXPECT_TRUE(activation.runs(&mine));
  EXPECT_TRUE(activation.lock(&mine));
  activation.unlock();

  EXPECT_EQ(activation.end(), 0u);
  EXPECT_FALSE(activation.lock(&mine));
  EXPECT_FALSE(activation.runs(&mine));
}

TEST(Activation, NestsAndLeavesTheOuterRunAsItWas) {
  int outer_cell = 0, inner_cell = 0;
  Activation& outer = Activation::begin(&outer_cell, nullptr);

  Activation& inner = Activation::begin(&inner_cell, nullptr);
  EXPECT_EQ(Activation::current(), &inner);
  EXPECT_EQ(inner.outer(), &outer);
  EXPECT_TRUE(outer.lock(&outer_cell));
  outer.unlock(Activation::taken);

  EXPECT_EQ(inner.end(), 0u);
  EXPECT_EQ(Activation::current(), &outer);
  EXPECT_EQ(outer.end(), Activation::taken);
  EXPECT_EQ(Activation::current(), nullptr);
}

TEST(Activation, IsNewAtTheFirstLookAlsoOnAThreadThatNeverRanAny) {
  int cell = 0;
  std::jthread fresh([&] {
    constexpr int deeper_than_ever = 64;
    for (int i = 0; i < deeper_than_ever; ++i) {
      Activation& mine = Activation::begin(&cell, nullptr);
      EXPECT_EQ(mine.watch(1'000'000), 0);
      EXPECT_EQ(mine.watch(1'000'500), 500);
    }
    for (int i = 0; i < deeper_than_ever; ++i) EXPECT_EQ(Activation::current()->end(), 0u);
  });
}

TEST(Activation, LosesItsSeatOnlyInTheRunThatWasLookedAt) {
  int cell = 0;
  Activation& first = Activation::begin(&cell, nullptr);
  const std::uint64_t seen = first.word();
  EXPECT_EQ(first.end(), 0u);

  Activation& second = Activation::begin(&cell, nullptr);

  EXPECT_EQ(&second, &first);
  EXPECT_FALSE(second.unseat(seen));
  EXPECT_TRUE(second.unseat(second.word()));
  EXPECT_FALSE(second.unseat(second.word()));
  EXPECT_EQ(second.end(), Activation::unseated);
}

}  // namespace
