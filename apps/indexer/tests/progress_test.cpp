#include "terminal/progress.hpp"

#include <gtest/gtest.h>

namespace indexer::terminal {
namespace {

using namespace std::chrono_literals;

class ProgressTest : public testing::Test {
 protected:
  ProgressTest() { pace_.record(Pace::Time{} + 10s, standing_.done); }

  Standing standing_{.done = {.files = 500, .bytes = 50'000'000},
                     .total = {.files = 1000, .bytes = 100'000'000},
                     .total_known = true};
  Pace pace_{Pace::Time{}};
};

TEST_F(ProgressTest, BarFillsTheWidthAndNeverMore) {
  const std::string bar = progress_bar(standing_, pace_, 80);

  EXPECT_EQ(bar,
            "[############------------]  50%  500/1000 files  50 files/s  5.0 MB/s  0:10 left");
  for (std::size_t width = 1; width < 200; ++width) {
    EXPECT_LE(progress_bar(standing_, pace_, width).size(), width);
  }
}

TEST_F(ProgressTest, LineSaysTheSameWithoutABar) {
  EXPECT_EQ(progress_line(standing_, pace_), "500 of 1000 files, 50 files/s, 5.0 MB/s, 0:10 left");
}

TEST_F(ProgressTest, CountsProblems) {
  standing_.problems = 1;
  EXPECT_TRUE(progress_line(standing_, pace_).ends_with(", 1 problem"));
  standing_.problems = 2;
  EXPECT_TRUE(progress_line(standing_, pace_).ends_with(", 2 problems"));
}

TEST_F(ProgressTest, PromisesNothingWhileItStillCounts) {
  standing_.total_known = false;

  EXPECT_TRUE(progress_line(standing_, pace_).ends_with("still counting"));
  EXPECT_EQ(progress_bar(standing_, pace_, 100).find('#'), std::string::npos);
}

}  // namespace
}  // namespace indexer::terminal
