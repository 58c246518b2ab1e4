#include <chrono>

#include <gtest/gtest.h>

#include <poolder/schedule/units.hpp>

// What a user may write; nothing becomes ambiguous by it.
using namespace std::chrono;
using namespace poolder;

namespace {

TEST(Units, AreSpansOfTime) {
  EXPECT_EQ(units::second, seconds{1});
  EXPECT_EQ(units::minute, minutes{1});
  EXPECT_EQ(units::hour, hours{1});
  EXPECT_EQ(units::day, days{1});
  EXPECT_EQ(units::week, weeks{1});
  EXPECT_EQ(units::month, days{30});
  EXPECT_EQ(units::year, days{365});
}

TEST(Units, LeaveTheCalendarsNamesAlone) {
  const sys_days date = year{2026} / month{2} / day{28};

  EXPECT_EQ(sys_days{date + days{1}}, sys_days{2026y / March / 1});
}

}  // namespace
