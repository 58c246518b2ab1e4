#include <array>
#include <set>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>

using poolder::detail::Random;

namespace {

// From the authors' own program (splitmix64.c), seeded with 1234567.
TEST(Random, IsSplitMix64) {
  Random random{1234567};

  EXPECT_EQ(random.next(), 6457827717110365317u);
  EXPECT_EQ(random.next(), 3203168211198807973u);
  EXPECT_EQ(random.next(), 9817491932198370423u);
}

TEST(Random, GivesTheSameSequenceForTheSameSeed) {
  Random one{7}, same{7}, other{8};

  const auto first = one.next();

  EXPECT_EQ(first, same.next());
  EXPECT_NE(first, other.next());
}

TEST(Random, StaysBelowItsBoundAndReachesAllOfIt) {
  Random random{1};
  std::array<int, 7> seen{};

  for (int i = 0; i < 7'000; ++i) ++seen.at(random.below(7));

  for (const int each : seen) {
    EXPECT_GT(each, 850);
    EXPECT_LT(each, 1'150);
  }
  EXPECT_EQ(random.below(1), 0u);
}

TEST(Random, DrawsTheUnitIntervalEvenly) {
  Random random{1};
  double sum = 0;

  for (int i = 0; i < 10'000; ++i) {
    const double drawn = random.unit();
    ASSERT_GE(drawn, 0.0);
    ASSERT_LT(drawn, 1.0);
    sum += drawn;
  }

  EXPECT_NEAR(sum / 10'000, 0.5, 0.02);
}

TEST(Random, MixesNumbersThatLookAlikeAndNeverTwoIntoOne) {
  std::set<std::uint64_t> mixed;
  std::set<std::uint64_t> low_bytes;

  for (std::uint64_t i = 0; i < 1'000; ++i) {
    mixed.insert(Random::mix(i << 32));
    low_bytes.insert(Random::mix(i << 32) & 0xff);
  }

  EXPECT_EQ(mixed.size(), 1'000u);
  EXPECT_GT(low_bytes.size(), 240u);
}

}  // namespace
