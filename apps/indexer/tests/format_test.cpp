#include "terminal/format.hpp"

#include <gtest/gtest.h>

namespace indexer::terminal {
namespace {

using namespace std::chrono_literals;

TEST(Format, ShowsAClock) {
  EXPECT_EQ(as_clock(7s), "0:07");
  EXPECT_EQ(as_clock(750s), "12:30");
  EXPECT_EQ(as_clock(3723s), "1:02:03");
}

TEST(Format, ShowsDurationsInTheFittingUnit) {
  EXPECT_EQ(as_duration(80ns), "80 ns");
  EXPECT_EQ(as_duration(1500us), "1.5 ms");
  EXPECT_EQ(as_duration(4200ms), "4.2 s");
  EXPECT_EQ(as_duration(4000s), "4000.0 s");
}

TEST(Format, ShowsBytesInPowersOfAThousand) {
  EXPECT_EQ(as_bytes(17), "17 B");
  EXPECT_EQ(as_bytes(118'300'000), "118.3 MB");
}

TEST(Format, KeepsATerminalFromTakingNamesForCommands) {
  EXPECT_EQ(printable("a b \u00e9"), "a b \u00e9");
  EXPECT_EQ(printable("a\nb\t\x1b[2J"), "a\\nb\\t\\x1b[2J");
}

}  // namespace
}  // namespace indexer::terminal
