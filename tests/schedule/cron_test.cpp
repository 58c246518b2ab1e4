#include <chrono>
#include <string>
#include <string_view>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <poolder/core/error.hpp>
#include <poolder/schedule/cron.hpp>

#include "support/error_of.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using ::testing::HasSubstr;

namespace {

// Parsed while compiling, by the same function.
static_assert(Cron::parse("@daily") == Cron::parse("0 0 * * *"));
static_assert(Cron::parse("0 0 29 2 *") != Cron::parse("0 0 28 2 *"));
static_assert(Cron::parse("*/15 * * * * *").fields().of(detail::CronField::second) ==
              ((1ULL << 0) | (1ULL << 15) | (1ULL << 30) | (1ULL << 45)));

/// "2026-03-29 02:30:00", with or without the seconds.
sys_seconds at(const std::string& text) {
  const auto number = [&](std::size_t from, std::size_t size) {
    return from < text.size() ? std::stoi(text.substr(from, size)) : 0;
  };
  const std::chrono::year year{number(0, 4)};
  return sys_days{year / number(5, 2) / number(8, 2)} + std::chrono::hours{number(11, 2)} +
         std::chrono::minutes{number(14, 2)} + std::chrono::seconds{number(17, 2)};
}

TEST(Cron, FiresNextWhereTheSeedsDo) {
  const struct {
    const char *expression, *after, *next;
  } vectors[] = {
      {"*/15 * * * * *", "2025-06-15 13:37:42", "2025-06-15 13:37:45"},
      {"* * * * *", "2025-06-15 13:37:42", "2025-06-15 13:38:00"},
      {"0 0 0 * * *", "2022-01-02 00:00:00", "2022-01-03 00:00:00"},
      {"0 0 31 * *", "2025-01-31 00:00:00", "2025-03-31 00:00:00"},
      {"0 0 29 2 *", "2025-01-31 00:00:00", "2028-02-29 00:00:00"},
      {"0 0 29 FEB MON", "2024-02-28 23:59:59", "2024-02-29 00:00:00"},
      {"0 9 * * MON-FRI", "2025-06-13 09:00:00", "2025-06-16 09:00:00"},
      {"0 0 13 * FRI", "2025-06-01 00:00:00", "2025-06-06 00:00:00"},
      {"23 0-20/2 * * *", "2025-06-15 20:23:00", "2025-06-16 00:23:00"},
      {"4/2 * * * *", "2025-06-15 13:58:00", "2025-06-15 14:04:00"},
      {"10-30/5 * * * * *", "2025-06-15 13:37:31", "2025-06-15 13:38:10"},
      {"0 0 1-7 * MON", "2025-06-03 00:00:00", "2025-06-04 00:00:00"},
      {"59 59 23 31 12 *", "2025-12-31 23:59:59", "2026-12-31 23:59:59"},
      {"0 0 30 4,6 *", "2025-06-30 00:00:00", "2026-04-30 00:00:00"},
      {"1 2 3 4 5 6", "2025-05-04 03:02:01", "2025-05-10 03:02:01"},
      {"30 6/8 * * *", "2025-06-15 22:30:00", "2025-06-16 06:30:00"},
      {"0 0 */10 * *", "2025-01-31 00:00:00", "2025-02-01 00:00:00"},
      {"0 0 1-31 * MON", "2025-06-03 00:00:00", "2025-06-09 00:00:00"},
      {"0 0 */1 * MON", "2025-06-03 00:00:00", "2025-06-04 00:00:00"},
      {"0 0 1,15 2 *", "2025-01-31 00:00:00", "2025-02-01 00:00:00"},  // D-26: "unreachable"
      {"0 0 29,30 2 *", "2025-01-31 00:00:00", "2028-02-29 00:00:00"},
      {"0 0 31 2 MON", "2025-01-31 00:00:00", "2025-02-03 00:00:00"},
      {"0 0 29 2 *", "2096-02-29 00:00:00", "2104-02-29 00:00:00"},
      {"* * */31 * *", "2025-06-03 00:00:00", "2025-07-01 00:00:00"},
      {" 0 0 * * * ", "2025-06-03 00:00:00", "2025-06-04 00:00:00"},
  };

  for (const auto& each : vectors)
    EXPECT_EQ(Cron::parse(each.expression).next(at(each.after)), at(each.next)) << each.expression;
}

// D-24: an alias crashed the scheduler with all its jobs.
TEST(Cron, KnowsItsAliasesAndNamesInAnyCase) {
  const struct {
    const char *expression, *meaning;
  } same[] = {{"@yearly", "0 0 1 1 *"},
              {"@annually", "0 0 1 1 *"},
              {"@monthly", "0 0 1 * *"},
              {"@weekly", "0 0 * * 0"},
              {"@daily", "0 0 * * *"},
              {"@midnight", "0 0 * * *"},
              {"@Hourly", "0 * * * *"},
              {"@every_minute", "* * * * *"},
              {"@every_second", "* * * * * *"},
              {" @daily ", "0 0 * * *"},
              {"0 0 * jan,FEB-apr,Dec *", "0 0 * 1,2-4,12 *"},
              {"0 0 * * mon,WED,Fri", "0 0 * * 1,3,5"},
              {"05 007 * * *", "5 7 * * *"}};

  for (const auto& each : same)
    EXPECT_EQ(Cron::parse(each.expression), Cron::parse(each.meaning)) << each.expression;
}

TEST(Cron, TakesSevenAsSundayAlsoAtTheEndOfARange) {
  EXPECT_EQ(Cron::parse("0 0 * * 7"), Cron::parse("0 0 * * SUN"));
  EXPECT_EQ(Cron::parse("0 0 * * 5-7"), Cron::parse("0 0 * * 0,5,6"));
  EXPECT_EQ(Cron::parse("0 0 * * FRI-SUN"), Cron::parse("0 0 * * 5-7"));
  EXPECT_EQ(Cron::parse("0 0 * * 3-7/2"), Cron::parse("0 0 * * 0,3,5"));
  EXPECT_EQ(Cron::parse("0 0 * * SUN-MON"), Cron::parse("0 0 * * 0,1"));
  EXPECT_EQ(Cron::parse("0 0 1 * 1-7"), Cron::parse("0 0 1 * *"));
  EXPECT_EQ(Cron::parse("0 0 * * */7"), Cron::parse("0 0 * * 0"));
}

// D-26: a step could be no greater than the greatest value.
TEST(Cron, TakesStepsAsLongAsTheField) {
  EXPECT_EQ(Cron::parse("*/60 * * * *").to_string(), "*/60 * * * *");
  EXPECT_EQ(Cron::parse("0 */24 * * *").next(at("2025-06-03 00:00:00")), at("2025-06-04 00:00:00"));
  EXPECT_EQ(Cron::parse("0 0 * */12 *").next(at("2025-06-03 00:00:00")), at("2026-01-01 00:00:00"));
}

// D-24 of Poolder: a wrong number of fields crashed the scheduler, a bad value was never due,
// unsaid. D-26: "1-2-3" crashed the parser.
TEST(Cron, SaysWhichFieldItRefusesAndWhatIsAllowed) {
  const struct {
    const char *expression, *words;
  } mistakes[] = {
      {"", "expression \"\" must have 5 fields"},
      {"* * *", "expression \"* * *\" must have 5 fields"},
      {"* * * * * * *", "must have 5 fields (minute hour day month weekday), or 6"},
      {"a b c d e", "minute \"a\" must be 0 to 59"},
      {"60 * * * * *", "second \"60\" must be 0 to 59"},
      {"99999999999999999999 * * * *", "minute \"99999999999999999999\" must be 0 to 59"},
      {"0 24 * * *", "hour \"24\" must be 0 to 23"},
      {"0 -1 * * *", "hour \"\" must be 0 to 23"},
      {"* * * 32 * *", "day of month \"32\" must be 1 to 31"},
      {"0 0 0 * *", "day of month \"0\" must be 1 to 31"},
      {"0 0 ? * *", "day of month \"?\" must be 1 to 31"},
      {"0 0 L * *", "day of month \"L\" must be 1 to 31"},
      {"0 0 1 13 *", "cron \"0 0 1 13 *\": month \"13\" must be 1 to 12 or JAN to DEC"},
      {"0 0 1 JANUARY *", "month \"JANUARY\" must be 1 to 12 or JAN to DEC"},
      {"0 0 1 MON *", "month \"MON\" must be"},
      {"0 0 1 0 *", "month \"0\" must be"},
      {"* * * * 8", "weekday \"8\" must be 0 to 7 or SUN to SAT"},
      {"* * * * MON#1", "weekday \"MON#1\" must be"},
      {"*/0 * * * *", "minute step \"0\" must be 1 to 60"},
      {"*/61 * * * *", "minute step \"61\" must be 1 to 60"},
      {"*/ * * * *", "minute step \"\" must be"},
      {"*/5/5 * * * *", "minute step \"5/5\" must be"},
      {"0 */25 * * *", "hour step \"25\" must be 1 to 24"},
      {"*/61 * * * * *", "second step \"61\" must be 1 to 60"},
      {"0 0 */32 * *", "day of month step \"32\" must be 1 to 31"},
      {"0 0 1 */13 *", "month step \"13\" must be 1 to 12"},
      {"0 0 * * */MON", "weekday step \"MON\" must be 1 to 7"},
      {"5-1 * * * * *", "second range \"5-1\" must go upwards"},
      {"1-0 * * * *", "minute range \"1-0\" must go upwards"},
      {"5-5 * * * *", "minute range \"5-5\" must go upwards"},
      {"0 9-8 * * *", "hour range \"9-8\" must go upwards"},
      {"0 0 9-8 * *", "day of month range \"9-8\" must go upwards"},
      {"0 0 1 DEC-JAN *", "month range \"DEC-JAN\" must go upwards"},
      {"0 0 * * FRI-MON", "weekday range \"FRI-MON\" must go upwards"},
      {"0 0 * * SUN-SUN", "weekday range \"SUN-SUN\" must go upwards"},
      {"1-2-3 * * * *", "minute \"2-3\" must be 0 to 59"},
      {"1, * * * *", "minute \"\" must be 0 to 59"},
      {"0  0 * * *", "minute \"\" must be 0 to 59"},
      {"0\t0 * * * *", "minute"},
      {"+5 * * * *", "minute \"+5\" must be"},
      {"*5 * * * *", "minute \"*5\" must be"},
      {"*-5 * * * *", "minute \"*\" must be"},
      {"@dayly", "alias \"@dayly\" must be one of @yearly"},
      {"@reboot", "alias \"@reboot\" must be one of"},
      {"0 0 31 2 *", "day of month \"31\" never comes in any of the months"},
      {"0 0 30 2 *", "day of month \"30\" never comes"},
      {"0 0 31 4,6 *", "day of month \"31\" never comes"},
      {"0 0 31 4,6,9,11 *", "day of month \"31\" never comes"},
      {"0 0 30,31 FEB 0-6", "day of month \"30,31\" never comes"},
  };

  for (const auto& each : mistakes) {
    const auto parse = [&] { Cron::parse(each.expression); };
    EXPECT_EQ(error_of(parse), ErrorCode::invalid_argument) << each.expression;
    EXPECT_THAT(words_of(parse), HasSubstr(each.words));
  }
}

TEST(Cron, IsWrittenInOneFormThatReadsBackAsTheSame) {
  const struct {
    const char *expression, *canonical;
  } forms[] = {{"*/15 * * * * *", "*/15 * * * * *"},
               {"0 0 12 * * MON-FRI", "0 12 * * 1-5"},
               {"@yearly", "0 0 1 1 *"},
               {"3,2,1,7 0-23 * * *", "1-3,7 0-23 * * *"},
               {"*,5 1,2 * * *", "* 1,2 * * *"},
               {"*/30,5,6,7 0 * * *", "*/30,5-7 0 * * *"},
               {"0-59/15 0 * * *", "0,15,30,45 0 * * *"},
               {"0 0 1-31 * 0-7", "0 0 * * *"},
               {"0 0 */1 * MON", "0 0 */1 * 1"},
               {"0 0 1,11,21,31 * */2", "0 0 */10 * */2"},
               {"0 0 5 1-12 *", "0 0 5 * *"}};

  for (const auto& each : forms) {
    const auto cron = Cron::parse(each.expression);
    EXPECT_EQ(cron.to_string(), each.canonical);
    EXPECT_EQ(Cron::parse(cron.to_string()), cron) << each.expression;
  }
}

TEST(Cron, IsAskedAboutTheWholeOfTimeWithoutEnd) {
  const auto leap_day = Cron::parse("0 0 29 2 *"), every_second = Cron::parse("@every_second");

  EXPECT_EQ(leap_day.next(sys_seconds::min()), at("0000-02-29"));
  EXPECT_EQ(every_second.next(sys_seconds::min()), at("0000-01-01"));
  EXPECT_EQ(leap_day.next(at("9992-02-29")), at("9996-02-29"));
  EXPECT_EQ(every_second.next(at("9999-12-31 23:59:58")), at("9999-12-31 23:59:59"));
  for (const char* zone : {"UTC", "Asia/Tokyo", "America/New_York"}) {
    for (const auto after : {at("9999-12-31 23:59:59"), sys_seconds::max()}) {
      EXPECT_EQ(error_of([&] { return every_second.next(after, zone); }),
                ErrorCode::invalid_argument);
      EXPECT_THAT(words_of([&] { static_cast<void>(leap_day.next(after, zone)); }),
                  HasSubstr("no time is left before the year 10000"));
    }
  }
}

TEST(Cron, RefusesAZoneThatDoesNotExist) {
  for (const char* zone : {"Nowhere", "", "../UTC", "europe/berlin", "Europe"}) {
    const auto next = [&] { return Cron::parse("@daily").next(sys_seconds{}, zone); };
    EXPECT_EQ(error_of(next), ErrorCode::invalid_argument) << zone;
    EXPECT_THAT(words_of([&] { static_cast<void>(next()); }),
                HasSubstr("time zone \"" + std::string(zone) + "\" is not known"));
  }
}

}  // namespace
