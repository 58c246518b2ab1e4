#include "schedule/timetable.hpp"

#include <map>
#include <optional>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>

using namespace std::chrono_literals;
using poolder::Cron;
using poolder::Duration;
using poolder::When;
using poolder::detail::Moment;
using poolder::detail::never;
using poolder::detail::Random;
using poolder::detail::Ticks;
using poolder::detail::Timetable;
using poolder::detail::TimeZone;

namespace {

constexpr Ticks in(Duration span) { return span.count(); }
constexpr Ticks year_2000 = in(946'684'800s);
constexpr Moment start{in(1s), year_2000};

constexpr Moment later(Duration span, Duration set_by = 0s) {
  return {start.steady + in(span), start.system + in(span) + in(set_by)};
}

class TimetableTest : public testing::Test {
 protected:
  Timetable::Row add(const When& when) {
    const auto row = table.add();
    table.set(row, when, start);
    return row;
  }
  // How often it was due up to now, if every time was taken.
  std::uint64_t times(Moment now) {
    std::uint64_t sum = 0;
    while (const auto due = table.take_due(now)) sum += due->times;
    return sum;
  }

  Timetable table{TimeZone{}, start};
};

TEST_F(TimetableTest, CountsIntervalsFromTheTimeDueHoweverLateItIsAsked) {
  const auto row = add(10s);

  for (int i = 1; i <= 1'000; ++i) {
    const Duration late = i % 7 * 1s;
    const auto due = table.take_due(later(i * 10s + late));
    ASSERT_TRUE(due);
    EXPECT_EQ(due->row, row);
    EXPECT_EQ(due->times, 1u);
    EXPECT_EQ(due->last, later(i * 10s).steady);
    EXPECT_FALSE(table.take_due(later(i * 10s + late)));
  }
}

TEST_F(TimetableTest, SaysHowOftenATimeWasMissedAndWhetherTheLastIsOnTime) {
  add(2h);

  const auto due = table.take_due(later(9h));
  ASSERT_TRUE(due);
  EXPECT_EQ(due->times, 4u);
  EXPECT_EQ(due->last, later(8h).steady);
  EXPECT_FALSE(due->on_time);

  const auto next = table.take_due(later(12h + 59s));
  ASSERT_TRUE(next);
  EXPECT_EQ(next->times, 2u);
  EXPECT_TRUE(next->on_time);
}

TEST_F(TimetableTest, CountsAThousandMissedCronTimesAndThenGoesToThePresent) {
  add(Cron::parse("* * * * * *"));

  const auto due = table.take_due(later(30 * 24h + 500ms));
  ASSERT_TRUE(due);
  EXPECT_EQ(due->times, Timetable::most_counted);
  EXPECT_TRUE(due->on_time);
  EXPECT_FALSE(table.take_due(later(30 * 24h + 999ms)));
  EXPECT_TRUE(table.take_due(later(30 * 24h + 1s)));
}

TEST_F(TimetableTest, GoesByTheSystemClockForCronAlone) {
  const auto interval = add(1h);
  const auto cron = add(Cron::parse("0 12 * * *"));

  EXPECT_EQ(table.earliest(later(0s)), later(1h).steady);
  EXPECT_EQ(table.earliest(later(1min, 11h + 30min)), later(30min).steady);
  EXPECT_EQ(table.next(interval, later(1min, 5h)), later(1h, 5h).system);
  EXPECT_EQ(table.next(cron, later(1min, 5h)), later(12h).system);

  const auto due = table.take_due(later(40min, 11h + 30min));
  ASSERT_TRUE(due);
  EXPECT_EQ(due->row, cron);
  EXPECT_EQ(due->last, later(30min).steady);
  EXPECT_FALSE(due->on_time);
}

TEST_F(TimetableTest, ComputesCronAnewWhereTheClockWasSetBackByAMinuteOrMore) {
  const auto row = add(Cron::parse("0 * * * *"));
  EXPECT_EQ(times(later(90min)), 1u);

  table.look_at_clocks(later(90min, -59s));
  EXPECT_EQ(table.next(row, later(90min)), later(2h).system) << "waits until the clock gets there";
  table.look_at_clocks(later(91min, -59s - 60s));
  EXPECT_EQ(table.next(row, later(91min)), later(2h).system) << "it is half past still";
  table.look_at_clocks(later(92min, -1h));
  EXPECT_EQ(table.next(row, later(92min)), later(1h).system) << "that comes again";
}

TEST_F(TimetableTest, LeavesATimeThatIsDueAsItIsWhereTheClockWasSetBack) {
  const auto row = add(Cron::parse("0 * * * *"));

  table.look_at_clocks(later(5h + 30min, -2min));

  const auto due = table.take_due(later(5h + 30min, -2min));
  ASSERT_TRUE(due);
  EXPECT_EQ(due->row, row);
  EXPECT_EQ(due->times, 5u);
}

TEST_F(TimetableTest, TakesATimeThatWasGivenAfterTheClockWasSetBack) {
  const auto row = table.add();
  table.set(row, Cron::parse("* * * * * *"), later(1s, -1h));

  table.look_at_clocks(later(2s, -1h));

  EXPECT_TRUE(table.take_due(later(2s, -1h)));
}

// A clock that is wrong for a moment, by centuries.
TEST_F(TimetableTest, FindsItsWayBackFromBeyondTheClocksReach) {
  const auto row = table.add();
  constexpr Moment far{start.steady, never - in(24h)};
  table.set(row, Cron::parse("@yearly"), far);
  EXPECT_FALSE(table.next(row, far));
  EXPECT_EQ(table.earliest(far), never);
  EXPECT_TRUE(table.goes_by_system_clock()) << "so that somebody looks";
  table.look_at_clocks(far);

  table.look_at_clocks(start);

  EXPECT_EQ(table.next(row, start), later(366 * 24h).system);
}

// As many are due at each look as may be taken, and more.
TEST_F(TimetableTest, StarvesNeitherKindWhereMoreIsDueThanIsTaken) {
  const auto cron = add(Cron::parse("* * * * * *"));
  for (int i = 0; i < 100; ++i) add(1ms);
  int crons = 0, intervals = 0;

  for (int look = 1; look <= 100; ++look)
    for (int taken = 0; taken < 64; ++taken) {
      const auto due = table.take_due(later(look * 1s));
      ASSERT_TRUE(due);
      ++(due->row == cron ? crons : intervals);
    }

  EXPECT_GE(crons, 50);
  EXPECT_GE(intervals, 5'000);
}

TEST_F(TimetableTest, HoldsARowAndGoesOnAtItsNextTimeThatIsStillToCome) {
  const auto row = add(10s);
  table.hold(row);
  EXPECT_FALSE(table.take_due(later(35s)));
  EXPECT_FALSE(table.next(row, later(35s)));
  EXPECT_EQ(table.earliest(later(35s)), never);

  table.resume(row, later(35s));

  EXPECT_EQ(table.next(row, later(35s)), later(40s).system);
}

TEST_F(TimetableTest, KeepsAHeldRowHeldWhenItGetsANewTime) {
  const auto row = add(10s);
  table.hold(row);
  table.set(row, 3s, later(1s));
  EXPECT_FALSE(table.take_due(later(20s)));

  table.resume(row, later(20s));

  EXPECT_EQ(table.next(row, later(20s)), later(22s).system);
}

TEST_F(TimetableTest, CountsANewIntervalFromItsAnchor) {
  const auto row = add(10s);

  table.set(row, 3s, later(20s), later(10s).steady);

  EXPECT_EQ(table.next(row, later(20s)), later(22s).system);
}

TEST_F(TimetableTest, ForgetsWhatWasRemovedWhoeverGetsItsNumber) {
  const auto first = add(1s);
  table.remove(first);
  const auto second = add(5s);

  EXPECT_EQ(first, second);
  EXPECT_EQ(times(later(4s)), 0u);
  EXPECT_EQ(times(later(5s)), 1u);
}

TEST_F(TimetableTest, IsNeverDueWithoutATimeOrBeyondTheClock) {
  const auto row = add(When{});
  add(poolder::infinity);
  EXPECT_EQ(table.earliest(start), never);
  EXPECT_FALSE(table.next(row, start));

  add(Duration{never - 1});

  EXPECT_EQ(table.earliest(start), never);
}

// Beside a map from rows to due times, over random changes; so often that stale entries are
// dropped.
TEST_F(TimetableTest, IsRightOverRandomChanges) {
  struct Line {
    Ticks interval = 0, due = 0;
    bool held = false;
  };
  Random random{1};
  std::map<Timetable::Row, Line> model;
  Moment now = start;

  for (int step = 0; step < 100'000; ++step) {
    const std::uint32_t action = random.below(6);
    const Ticks interval = 1 + random.below(100);
    auto chosen = model.empty() ? model.end()
                                : std::next(model.begin(),
                                            random.below(static_cast<std::uint32_t>(model.size())));
    if (model.size() < 3 || (action == 0 && model.size() < 50)) {
      const auto row = table.add();
      table.set(row, Duration{interval}, now);
      ASSERT_TRUE(model.emplace(row, Line{interval, now.steady + interval}).second);
    } else if (action == 1) {
      table.set(chosen->first, Duration{interval}, now);
      chosen->second.interval = interval;
      chosen->second.due = now.steady + interval;
    } else if (action == 2 && random.below(4) == 0) {
      table.remove(chosen->first);
      model.erase(chosen);
    } else if (action == 3) {
      table.hold(chosen->first);
      chosen->second.held = true;
    } else if (action == 4) {
      table.resume(chosen->first, now);
      Line& line = chosen->second;
      while (std::exchange(line.held, false) || line.due <= now.steady)
        line.due += line.due <= now.steady ? line.interval : 0;
    } else {
      now.steady += random.below(20);
      now.system += random.below(20);
      std::optional<Ticks> before;
      while (const auto due = table.take_due(now)) {
        Line& line = model.at(due->row);
        ASSERT_FALSE(line.held);
        ASSERT_LE(before.value_or(0), line.due) << "not in the order of the times";
        before = line.due;
        ASSERT_EQ(due->times,
                  static_cast<std::uint64_t>((now.steady - line.due) / line.interval) + 1);
        while (line.due <= now.steady) line.due += line.interval;
        ASSERT_EQ(due->last, line.due - line.interval);
      }
    }

    Ticks earliest = never;
    for (const auto& [row, line] : model)
      if (!line.held) earliest = std::min(earliest, line.due);
    ASSERT_EQ(table.earliest(now), earliest) << "step " << step;
  }
}

}  // namespace
