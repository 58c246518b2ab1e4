#include "schedule/time_zone.hpp"

#include <chrono>
#include <latch>
#include <thread>
#include <vector>

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <poolder/core/error.hpp>

#include "support/error_of.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;
using detail::TimeZone;
using std::chrono::sys_days;

namespace {

TEST(TimeZone, IsUtcWithoutAName) {
  const auto now = sys_days{2026y / 7 / 1};

  for (const auto& zone : {TimeZone(), TimeZone::find("UTC"), TimeZone::find("Etc/UTC")}) {
    const auto period = zone.at(now);
    EXPECT_EQ(period.offset, 0s);
    EXPECT_LT(period.begin, sys_days{-9999y / 1 / 1});
    EXPECT_GT(period.end, sys_days{20000y / 1 / 1});
  }
}

TEST(TimeZone, SaysHowFarItsClockIsFromUtcAndSinceWhen) {
  const auto summer = TimeZone::find("Europe/Berlin").at(sys_days{2026y / 7 / 1});

  EXPECT_EQ(summer.offset, 2h);
  EXPECT_EQ(summer.begin, sys_days{2026y / 3 / 29} + 1h);
  EXPECT_EQ(summer.end, sys_days{2026y / 10 / 25} + 1h);
  EXPECT_EQ(summer.local(sys_days{2026y / 7 / 1}), std::chrono::local_days{2026y / 7 / 1} + 2h);
  EXPECT_EQ(summer.when(std::chrono::local_days{2026y / 7 / 1}), sys_days{2026y / 6 / 30} + 22h);
}

TEST(TimeZone, ItsPeriodsFollowOneAnotherWithoutAGap) {
  for (const char* name : {"Europe/Berlin", "Africa/Casablanca", "Australia/Sydney", "Asia/Tokyo",
                           "America/Nuuk", "Antarctica/Troll", "Europe/Dublin"}) {
    const auto zone = TimeZone::find(name);
    auto period = zone.at(sys_days{0y / 1 / 1});
    while (period.end < sys_days{2150y / 1 / 1}) {
      const auto last_second = zone.at(period.end - 1s), next = zone.at(period.end);
      ASSERT_EQ(last_second.offset, period.offset) << name;
      ASSERT_EQ(last_second.end, period.end) << name;
      ASSERT_EQ(next.begin, period.end) << name;
      period = next;
    }
  }
}

TEST(TimeZone, RefusesWhatIsNone) {
  EXPECT_EQ(error_of([] { return TimeZone::find("Mars/Olympus"); }), ErrorCode::invalid_argument);
}

TEST(TimeZone, IsFoundByManyThreadsAtOnce) {
  constexpr int threads = 8;
  std::latch ready(threads);
  std::vector<std::jthread> finders;

  for (int i = 0; i < threads; ++i)
    finders.emplace_back([&ready] {
      ready.arrive_and_wait();
      for (const char* name : {"America/New_York", "Asia/Tokyo", "Europe/Paris"})
        EXPECT_NE(TimeZone::find(name).at(sys_days{2026y / 7 / 1}).offset, 0s);
    });
}

}  // namespace
