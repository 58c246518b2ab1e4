#include <chrono>
#include <string>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <poolder/schedule/cron.hpp>

using namespace poolder;
using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::sys_seconds;
using ::testing::ElementsAre;

namespace {

/// The firings in [from, until), as minutes after `from`.
std::vector<long> firings(const std::string& expression, const std::string& zone, sys_seconds from,
                          sys_seconds until) {
  const auto cron = Cron::parse(expression);
  std::vector<long> minutes;
  auto last = from - 1s;
  for (auto at = cron.next(last, zone); at < until && at > last; at = cron.next(at, zone)) {
    minutes.push_back(std::chrono::floor<std::chrono::minutes>(at - from).count());
    last = at;
  }
  return minutes;
}

// Berlin, 29 March 2026: at 01:00 UTC its clock goes from 02:00 to 03:00.
std::vector<long> in_spring(const std::string& expression) {
  constexpr sys_seconds change = sys_days{2026y / 3 / 29} + 1h;
  return firings(expression, "Europe/Berlin", change - 1h, change + 1h);
}

// Berlin, 25 October 2026: at 01:00 UTC its clock goes from 03:00 back to 02:00.
std::vector<long> in_autumn(const std::string& expression) {
  constexpr sys_seconds change = sys_days{2026y / 10 / 25} + 1h;
  return firings(expression, "Europe/Berlin", change - 1h, change + 1h);
}

TEST(CronDaylight, ASkippedTimeFiresAtTheNextOneThereIs) {
  EXPECT_THAT(in_spring("30 2 * * *"), ElementsAre(60));
  EXPECT_THAT(in_spring("0,15,30 2 * * *"), ElementsAre(60));
  EXPECT_THAT(in_spring("0 2,3 * * *"), ElementsAre(60));
  EXPECT_THAT(in_spring("* 30 2 * * *"), ElementsAre(60));
  EXPECT_THAT(in_spring("30 1,2,3 * * *"), ElementsAre(30, 60, 90));
}

TEST(CronDaylight, ATimeThatComesTwiceFiresOnce) {
  EXPECT_THAT(in_autumn("30 2 * * *"), ElementsAre(30));
  EXPECT_THAT(in_autumn("0,15,30 2 * * *"), ElementsAre(0, 15, 30));
  EXPECT_THAT(in_autumn("0 2,3 * * *"), ElementsAre(0));
}

TEST(CronDaylight, AStarInHourOrMinuteRunsThroughBoth) {
  EXPECT_THAT(in_spring("*/20 * * * *"), ElementsAre(0, 20, 40, 60, 80, 100));
  EXPECT_THAT(in_autumn("*/20 * * * *"), ElementsAre(0, 20, 40, 60, 80, 100));
  EXPECT_THAT(in_spring("30 * * * *"), ElementsAre(30, 90));
  EXPECT_THAT(in_autumn("30 * * * *"), ElementsAre(30, 90));
  EXPECT_THAT(in_spring("0 */2 * * *"), ElementsAre());
  EXPECT_THAT(in_autumn("0 */2 * * *"), ElementsAre(0, 60));
  EXPECT_THAT(in_spring("*/30 2 * * *"), ElementsAre());
  EXPECT_THAT(in_autumn("*/30 2 * * *"), ElementsAre(0, 30, 60, 90));
}

TEST(CronDaylight, AskedDuringTheSecondPassItWaitsForTheNextDay) {
  const auto second_half_past_two = sys_seconds{sys_days{2026y / 10 / 25} + 1h + 30min};

  for (const auto after : {second_half_past_two - 1s, second_half_past_two - 20min})
    EXPECT_EQ(Cron::parse("30 2 * * *").next(after, "Europe/Berlin"),
              sys_days{2026y / 10 / 26} + 1h + 30min);
}

TEST(CronDaylight, AWholeDayThatAnIslandLeavesOutFiresWhenTheNextBegins) {
  // Samoa had no 30 December 2011: it changed sides of the date line.
  constexpr sys_seconds change = sys_days{2011y / 12 / 30} + 10h;

  EXPECT_EQ(Cron::parse("0 12 30 12 *").next(change - 1h, "Pacific/Apia"), change);
  EXPECT_EQ(Cron::parse("0 * 30 12 *").next(change - 1h, "Pacific/Apia"),
            sys_days{2012y / 12 / 29} + 10h);
}

TEST(CronDaylight, ADayThatComesTwiceFiresOnce) {
  // Kwajalein had 30 September 1969 almost twice: its clock went from UTC+11 to UTC-12.
  const auto noon = Cron::parse("0 12 * * *");
  const auto first = noon.next(sys_days{1969y / 9 / 29} + 12h, "Pacific/Kwajalein");
  const auto second = noon.next(first, "Pacific/Kwajalein");

  EXPECT_EQ(second - first, 47h);
}

TEST(CronDaylight, GoesOnAfterTheLastChangeThatTheDatabaseLists) {
  EXPECT_EQ(Cron::parse("0 12 1 7 *").next(sys_days{2060y / 1 / 1}, "Europe/Berlin"),
            sys_days{2060y / 7 / 1} + 10h);
  EXPECT_EQ(Cron::parse("0 12 1 1 *").next(sys_days{2060y / 2 / 1}, "Australia/Sydney"),
            sys_days{2061y / 1 / 1} + 1h);
}

}  // namespace
