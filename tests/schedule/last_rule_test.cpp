#include "schedule/last_rule.hpp"

#include <chrono>

#include <gtest/gtest.h>

using namespace poolder::detail;
using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

namespace {

ClockPeriod at(const char* rule, sys_seconds time) {
  return LastRule::parse(rule).value().at(time);
}

TEST(LastRule, OfAClockThatIsNeverSetHoldsForEver) {
  const auto period = at("<+0545>-5:45", sys_days{2040y / 1 / 1});

  EXPECT_EQ(period.offset, 5h + 45min);
  EXPECT_EQ(period.begin, sys_seconds::min());
  EXPECT_EQ(period.end, sys_seconds::max());
}

TEST(LastRule, ChangesTwiceAYearInTheNorth) {
  const char* const berlin = "CET-1CEST,M3.5.0,M10.5.0/3";
  const sys_seconds spring = sys_days{2040y / 3 / 25} + 1h, autumn = sys_days{2040y / 10 / 28} + 1h;

  EXPECT_EQ(at(berlin, spring - 1s).offset, 1h);
  EXPECT_EQ(at(berlin, spring - 1s).end, spring);
  EXPECT_EQ(at(berlin, spring).offset, 2h);
  EXPECT_EQ(at(berlin, spring).begin, spring);
  EXPECT_EQ(at(berlin, spring).end, autumn);
  EXPECT_EQ(at(berlin, autumn).offset, 1h);
  EXPECT_EQ(at(berlin, autumn).end, sys_days{2041y / 3 / 31} + 1h);
}

TEST(LastRule, SpansTheTurnOfTheYearInTheSouth) {
  const char* const santiago = "<-04>4<-03>,M9.1.6/24,M4.1.6/24";
  const auto summer = at(santiago, sys_days{2041y / 1 / 1});

  EXPECT_EQ(summer.offset, -3h);
  EXPECT_EQ(summer.begin, sys_days{2040y / 9 / 2} + 4h);
  EXPECT_EQ(summer.end, sys_days{2041y / 4 / 7} + 3h);
}

TEST(LastRule, TakesTimesBeforeAndBeyondTheDay) {
  EXPECT_EQ(at("<-02>2<-01>,M3.5.0/-1,M10.5.0/0", sys_days{2040y / 7 / 1}).begin,
            sys_days{2040y / 3 / 25} + 1h);
  EXPECT_EQ(at("EET-2EEST,M3.4.4/50,M10.4.4/50", sys_days{2040y / 7 / 1}).begin,
            sys_days{2040y / 3 / 24});
}

TEST(LastRule, TakesSummerTimeThatIsBehind) {
  const char* const dublin = "IST-1GMT0,M10.5.0,M3.5.0/1";

  EXPECT_EQ(at(dublin, sys_days{2040y / 7 / 1}).offset, 1h);
  EXPECT_EQ(at(dublin, sys_days{2040y / 1 / 1}).offset, 0h);
  EXPECT_EQ(at(dublin, sys_days{2040y / 7 / 1}).end, sys_days{2040y / 10 / 28} + 1h);
}

TEST(LastRule, CountsDaysOfTheYearWithAndWithoutLeapDays) {
  EXPECT_EQ(at("A0B,J60/0,J300/0", sys_days{2040y / 7 / 1}).begin, sys_days{2040y / 3 / 1});
  EXPECT_EQ(at("A0B,59/0,300/0", sys_days{2040y / 7 / 1}).begin, sys_days{2040y / 2 / 29});
  EXPECT_EQ(at("A0B,J60/0,J300/0", sys_days{2041y / 7 / 1}).begin, sys_days{2041y / 3 / 1});
  EXPECT_EQ(at("A0B,59/0,300/0", sys_days{2041y / 7 / 1}).begin, sys_days{2041y / 3 / 1});
}

TEST(LastRule, IsNoneWhereTheTextIsNone) {
  for (const char* text :
       {"", "CET", "-1", "<CET-1", "CET-1CEST", "CET-1CEST,M3.5.0", "CET-1CEST,M13.5.0,M10.5.0",
        "CET-1CEST,M3.6.0,M10.5.0", "CET-1CEST,M3.5.7,M10.5.0", "CET-168", "CET-1:60",
        "CET-1CEST,M3.5.0,M10.5.0/3,", "CET--1", "CET-1CEST,J0,J366"})
    EXPECT_FALSE(LastRule::parse(text)) << text;
}

}  // namespace
