#include "schedule/lateness.hpp"

#include <algorithm>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>

using namespace std::chrono_literals;
using poolder::Duration;
using poolder::detail::Lateness;
using poolder::detail::Random;
using poolder::detail::Ticks;

namespace {

TEST(Lateness, PutsEachValueIntoABucketThatEndsAtMostAQuarterAboveIt) {
  Random random{1};
  for (int i = 0; i < 100'000; ++i) {
    const auto late = static_cast<Ticks>(random.next() >> (25 + random.below(39)));
    const std::size_t bucket = Lateness::index(late);
    if (bucket == Lateness::size - 1) continue;  // a quarter of an hour and more

    ASSERT_LT(bucket, Lateness::size);
    if (late < 1'024) {
      ASSERT_EQ(bucket, 0u);
    } else {
      ASSERT_GE(Lateness::upper(bucket), late);
      ASSERT_LE(Lateness::upper(bucket) - late, late / 4);
    }
  }
}

TEST(Lateness, SaysTheNinetyNinthOfAHundred) {
  Random random{2};
  for (int time = 0; time < 100; ++time) {
    Lateness lateness;
    std::vector<Ticks> all;
    for (int i = 0; i < 1'000; ++i) {
      all.push_back(1'024 + static_cast<Ticks>(random.below(1u << (10 + random.below(20)))));
      lateness.record(all.back());
    }

    std::sort(all.begin(), all.end());

    const Ticks p99 = all[989];
    EXPECT_GE(lateness.p99().count(), p99);
    EXPECT_LE(lateness.p99().count(), p99 + p99 / 4);
  }
}

TEST(Lateness, IsNothingWhereNothingWasLate) {
  Lateness lateness;
  EXPECT_EQ(lateness.p99(), 0ns);
  lateness.record(0);
  lateness.record(-5);
  lateness.record(1'023);

  EXPECT_EQ(lateness.p99(), 0ns);
}

TEST(Lateness, ForgetsSlowlyWhatWasLongAgo) {
  Lateness lateness;
  for (int i = 0; i < 60'000; ++i) lateness.record(Duration{1s}.count());
  for (int i = 0; i < 40 * 65'536; ++i) lateness.record(Duration{1ms}.count());

  EXPECT_LE(lateness.p99(), 1'250us);
}

}  // namespace
