#include <gtest/gtest.h>

#include <poolder/core/duration.hpp>

using namespace std::chrono_literals;
using namespace poolder;
using detail::after;
using detail::never;

namespace {

TEST(Duration, TakesAnyLiteral) {
  const Duration minute = 1min, third = 250us;

  EXPECT_EQ(minute, 60s);
  EXPECT_EQ(third.count(), 250'000);
}

TEST(Duration, AddsToAMomentWithoutOverflow) {
  EXPECT_EQ(after(100, 5ns), 105);
  EXPECT_EQ(after(never - 1, 1ns), never);
  EXPECT_EQ(after(never - 1, 2ns), never);
  EXPECT_EQ(after(1, infinity), never);
  EXPECT_EQ(after(never, 1s), never);
}

TEST(Duration, TreatsANegativeSpanAsNone) {
  EXPECT_EQ(after(100, -5ns), 100);
  EXPECT_EQ(after(100, Duration::min()), 100);
  EXPECT_EQ(after(100, 0ns), 100);
}

}  // namespace
