#include "terminal/pace.hpp"

#include <gtest/gtest.h>

namespace indexer::terminal {
namespace {

using namespace std::chrono_literals;

const Pace::Time start{};

TEST(Pace, IsReckonedOverTheLastSecondsOnly) {
  Pace pace(start);
  for (unsigned second = 1; second <= 60; ++second) {
    const std::uint64_t done =
        second <= 50 ? 0 : (second - 50) * 10;  // nothing for 50 seconds, then ten a second
    pace.record(start + std::chrono::seconds(second), {.files = done, .bytes = done * 1000});
  }

  EXPECT_DOUBLE_EQ(pace.files_per_second(), 10);
  EXPECT_DOUBLE_EQ(pace.bytes_per_second(), 10'000);
}

TEST(Pace, IsZeroBeforeAnyTimeHasPassed) {
  Pace pace(start);
  pace.record(start, {.files = 5, .bytes = 5});

  EXPECT_DOUBLE_EQ(pace.files_per_second(), 0);
}

TEST(Pace, CountsFilesAndBytesHalfEach) {
  EXPECT_DOUBLE_EQ(Pace::share({.files = 1, .bytes = 0}, {.files = 2, .bytes = 100}), 0.25);
  EXPECT_DOUBLE_EQ(Pace::share({.files = 2, .bytes = 100}, {.files = 2, .bytes = 100}), 1);
}

TEST(Pace, NeverExceedsTheWhole) {
  EXPECT_DOUBLE_EQ(Pace::share({.files = 9, .bytes = 900}, {.files = 2, .bytes = 100}), 1);
  EXPECT_DOUBLE_EQ(Pace::share({}, {}), 1) << "an empty tree is done";
}

TEST(Pace, TellsTheTimeLeft) {
  Pace pace(start);
  pace.record(start + 10s, {.files = 25, .bytes = 25});

  EXPECT_EQ(pace.left({.files = 100, .bytes = 100}), 30s);
}

TEST(Pace, DoesNotGuessTooEarly) {
  Pace pace(start);
  pace.record(start + 100ms, {.files = 25, .bytes = 25});

  EXPECT_EQ(pace.left({.files = 100, .bytes = 100}), std::nullopt);
}

}  // namespace
}  // namespace indexer::terminal
