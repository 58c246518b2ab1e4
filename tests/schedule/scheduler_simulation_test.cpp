// Which jobs run when: those of a definition, those added, and by hand.

#include <chrono>
#include <string>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

constexpr std::chrono::system_clock::time_point in_2000{946'684'800s};

struct Counts {
  int every_minute = 0, daily = 0, six_hours = 0, never = 0;
};

struct Almanac {
  explicit Almanac(Counts* its_counts) : counts(its_counts) {}
  void every_minute() { ++counts->every_minute; }
  void daily() { ++counts->daily; }
  void six_hours() { ++counts->six_hours; }
  void never() { ++counts->never; }

  Counts* counts;

  static constexpr auto jobs =
      poolder::jobs(job<&Almanac::daily>("daily", "@daily"),
                    job<&Almanac::six_hours>("six hours", 6h), job<&Almanac::never>("never"));
};

struct Minutely : Almanac {
  using Almanac::Almanac;
  void minute() { every_minute(); }
  static constexpr auto jobs = poolder::jobs(job<&Minutely::minute>("minute", "* * * * *"));
};

struct Bare {};

JobStats stats_of(const auto& scheduler, const std::string& name) {
  for (const JobStats& each : scheduler.jobs())
    if (each.name == name) return each;
  ADD_FAILURE() << "there is no job " << name;
  return {};
}

TEST(Scheduler, RunsEachJobAtEachOfItsTimesThroughALeapYear) {
  for_each_seed([](std::uint64_t seed) {
    Counts counts;
    SimulatedRuntime runtime{seed};
    Scheduler<Almanac> scheduler{runtime, &counts};

    runtime.advance(366 * 24h);

    EXPECT_EQ(counts.daily, 366);
    EXPECT_EQ(counts.six_hours, 4 * 366);
    EXPECT_EQ(counts.never, 0);
    EXPECT_EQ(stats_of(scheduler, "daily").last, in_2000 + 366 * 24h);
    EXPECT_EQ(stats_of(scheduler, "daily").next, in_2000 + 367 * 24h);
    EXPECT_EQ(stats_of(scheduler, "daily").lateness_p99, 0s);
  });
}

TEST(Scheduler, RunsAMinutelyCronHalfAMillionTimesAYear) {
  Counts counts;
  SimulatedRuntime runtime{1};
  Scheduler<Minutely> scheduler{runtime, &counts};

  runtime.advance(366 * 24h);

  EXPECT_EQ(counts.every_minute, 366 * 24 * 60);
}

// Poolder's own test of its scheduler (PD-19), without its tolerances.
TEST(Scheduler, RunsCronOnWholeMultiplesAndIntervalsFromTheirStart) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<std::chrono::system_clock::time_point> ten, fifteen, five;
    SimulatedRuntime runtime{seed};
    runtime.advance(7s + 1ms);
    Scheduler<Bare> scheduler{runtime};
    scheduler.schedule("15", Cron::parse("*/15 * * * * *"),
                       [&] { fifteen.push_back(runtime.system_now()); });
    scheduler.schedule("10", Cron::parse("*/10 * * * * *"),
                       [&] { ten.push_back(runtime.system_now()); });
    scheduler.schedule("5 s", 5s, [&] { five.push_back(runtime.system_now()); });

    runtime.advance(30s);

    EXPECT_EQ(fifteen, (std::vector{in_2000 + 15s, in_2000 + 30s}));
    EXPECT_EQ(ten, (std::vector{in_2000 + 10s, in_2000 + 20s, in_2000 + 30s}));
    ASSERT_EQ(five.size(), 6u);
    for (std::size_t i = 0; i < 6; ++i)
      EXPECT_EQ(five[i], in_2000 + 7s + 1ms + (static_cast<int>(i) + 1) * 5s);
  });
}

TEST(Scheduler, RunsAllThatAreDueAtOneMoment) {
  for_each_seed(
      [](std::uint64_t seed) {
        int runs = 0;
        SimulatedRuntime runtime{seed};
        Scheduler<Bare> scheduler{runtime};
        for (int i = 0; i < 300; ++i) scheduler.schedule(std::to_string(i), 1s, [&] { ++runs; });

        runtime.advance(2s);

        EXPECT_EQ(runs, 600);
      },
      100);
}

// D-22 of Poolder: a new interval changed one firing only, and a new job fired once.
TEST(Scheduler, ANewTimeReplacesTheOldForGood) {
  for_each_seed([](std::uint64_t seed) {
    int runs = 0;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime};
    scheduler.schedule("job", 10s, [&] { ++runs; });
    runtime.advance(25s);
    EXPECT_EQ(runs, 2);

    scheduler.schedule("job", 2s);
    runtime.advance(10s);
    EXPECT_EQ(runs, 7);
    scheduler.schedule("job", Cron::parse("@hourly"));
    runtime.advance(24h);
    EXPECT_EQ(runs, 31);
    scheduler.schedule("job", infinity);
    runtime.advance(24h);

    EXPECT_EQ(runs, 31);
  });
}

// A run that is under way when its job gets a new time is not cut off.
TEST(Scheduler, AChangedJobThatIsRunningGoesOn) {
  for_each_seed([](std::uint64_t seed) {
    int ended = 0;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime};
    scheduler.schedule("job", 10s, [&](Context& context) {
      context.sleep(7s);
      EXPECT_FALSE(context.stop_token().stop_requested());
      ++ended;
    });
    runtime.advance(11s);

    scheduler.schedule("job", 1min);
    EXPECT_TRUE(stats_of(scheduler, "job").running);
    runtime.advance(6s);

    EXPECT_EQ(ended, 1);
    EXPECT_EQ(stats_of(scheduler, "job").runs, 1u);
    scheduler.cancel("job");
    runtime.advance(1h);
    EXPECT_EQ(ended, 1);
  });
}

TEST(Scheduler, ACancelledRunGoesOnAndItsJobIsGone) {
  for_each_seed([](std::uint64_t seed) {
    int ended = 0;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime};
    scheduler.schedule("job", 10s, [&](Context& context) {
      context.sleep(7s);
      ++ended;
    });
    runtime.advance(11s);

    scheduler.cancel("job");
    EXPECT_TRUE(scheduler.jobs().empty());
    scheduler.schedule("job", 100s, [] {});
    runtime.advance(50s);

    EXPECT_EQ(ended, 1);
    EXPECT_EQ(error_of([&] { scheduler.schedule("job", 1s, [] {}); }), ErrorCode::already_exists);
  });
}

TEST(Scheduler, NoRunBeginsAfterCancelHasReturned) {
  for_each_seed([](std::uint64_t seed) {
    Counts counts;
    SimulatedRuntime runtime{seed};
    Scheduler<Almanac> scheduler{runtime, &counts};
    scheduler.run_now("never");
    scheduler.run_now("daily");

    scheduler.cancel("never");
    scheduler.cancel("daily");
    scheduler.schedule("daily", 48h);
    runtime.advance(47h);

    EXPECT_EQ(counts.never, 0);
    EXPECT_EQ(counts.daily, 0);
    EXPECT_EQ(stats_of(scheduler, "daily").skipped, 1u);
    EXPECT_FALSE(stats_of(scheduler, "daily").running);
  });
}

TEST(Scheduler, RunsByHandWithoutTouchingTheTimes) {
  for_each_seed([](std::uint64_t seed) {
    Counts counts;
    SimulatedRuntime runtime{seed};
    Scheduler<Almanac> scheduler{runtime, &counts};
    runtime.advance(1h);

    scheduler.run_now("six hours");
    scheduler.run_now("never");
    runtime.run_until_idle();
    EXPECT_EQ(counts.six_hours, 1);
    EXPECT_EQ(counts.never, 1);
    EXPECT_EQ(stats_of(scheduler, "six hours").next, in_2000 + 6h);
    scheduler.pause("six hours");
    scheduler.run_now("six hours");
    runtime.run_until_idle();

    EXPECT_EQ(counts.six_hours, 2);
  });
}

TEST(Scheduler, PausesAJobAndGoesOnWithItsTimes) {
  for_each_seed([](std::uint64_t seed) {
    Counts counts;
    SimulatedRuntime runtime{seed};
    Scheduler<Almanac> scheduler{runtime, &counts};
    runtime.advance(1h);

    scheduler.pause("six hours");
    scheduler.pause("six hours");
    scheduler.pause("daily");
    EXPECT_TRUE(stats_of(scheduler, "daily").paused);
    EXPECT_FALSE(stats_of(scheduler, "daily").next);
    runtime.advance(48h);
    EXPECT_EQ(counts.six_hours + counts.daily, 0);
    scheduler.resume("six hours");
    scheduler.resume("daily");

    EXPECT_EQ(stats_of(scheduler, "six hours").next, in_2000 + 54h);
    EXPECT_EQ(stats_of(scheduler, "six hours").skipped, 0u);
    EXPECT_EQ(stats_of(scheduler, "daily").next, in_2000 + 72h);
    runtime.advance(24h);
    EXPECT_EQ(counts.six_hours, 4);
    EXPECT_EQ(counts.daily, 1);
  });
}

TEST(Scheduler, BringsAJobOfTheDefinitionBackThatWasCancelled) {
  Counts counts;
  SimulatedRuntime runtime{1};
  Scheduler<Almanac> scheduler{runtime, &counts};
  scheduler.cancel_all();
  EXPECT_TRUE(scheduler.jobs().empty());
  EXPECT_EQ(error_of([&] { scheduler.run_now("daily"); }), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { scheduler.pause("daily"); }), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { scheduler.resume("daily"); }), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { scheduler.cancel("daily"); }), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { scheduler.schedule("daily", 1h, [] {}); }), ErrorCode::already_exists);
  runtime.advance(48h);
  EXPECT_EQ(counts.daily, 0);

  scheduler.schedule("daily", 1h);
  runtime.advance(3h);

  EXPECT_EQ(counts.daily, 3);
  EXPECT_EQ(stats_of(scheduler, "daily").when, "every 1 h");
}

TEST(Scheduler, RefusesWhatMakesNoSense) {
  SimulatedRuntime runtime{1};
  Scheduler<Bare> scheduler{runtime, {.name = "bare"}};
  scheduler.schedule("job", 1s, [] {});
  const auto refused = [&](auto&& f) { return error_of(f); };

  EXPECT_EQ(refused([&] { scheduler.schedule("", 1s, [] {}); }), ErrorCode::invalid_argument);
  EXPECT_EQ(refused([&] { scheduler.schedule("x", 0s, [] {}); }), ErrorCode::invalid_argument);
  EXPECT_EQ(refused([&] { scheduler.schedule("x", -1s, [] {}); }), ErrorCode::invalid_argument);
  const auto empty = [&](auto function) {
    return refused([&] { scheduler.schedule("x", 1s, function); }) == ErrorCode::invalid_argument &&
           refused([&] { scheduler.schedule("x", Cron::parse("@daily"), function); }) ==
               ErrorCode::invalid_argument;
  };
  EXPECT_TRUE(empty(std::function<void()>{}));
  EXPECT_TRUE(empty(std::function<void(Context&)>{}));
  EXPECT_TRUE(empty(std::function<ScheduleNext()>{}));
  EXPECT_TRUE(empty(std::function<ScheduleNext(Context&)>{}));
  EXPECT_TRUE(empty(static_cast<void (*)()>(nullptr)));
  EXPECT_TRUE(empty(static_cast<void (*)(Context&)>(nullptr)));
  EXPECT_TRUE(empty(static_cast<ScheduleNext (*)()>(nullptr)));
  EXPECT_EQ(refused([&] { scheduler.schedule("job", 1s, [] {}); }), ErrorCode::already_exists);
  EXPECT_EQ(refused([&] { scheduler.schedule("job", 0s); }), ErrorCode::invalid_argument);
  EXPECT_EQ(refused([&] { scheduler.schedule("x", 1s); }), ErrorCode::not_found);
  EXPECT_EQ(refused([&] { scheduler.schedule("x", Cron::parse("@daily")); }), ErrorCode::not_found);
  EXPECT_EQ(words_of([&] { scheduler.cancel("x"); }),
            "poolder: not_found: the scheduler \"bare\" has no job \"x\"");
  EXPECT_EQ(scheduler.jobs().size(), 1u);
}

TEST(Scheduler, RefusesOptionsThatBreakARuleAndTakenNames) {
  SimulatedRuntime runtime{1};
  Scheduler<Bare> first{runtime, {.name = "taken"}};
  const auto refused = [&](SchedulerOptions options) {
    return error_of([&] { Scheduler<Bare>{runtime, options}; });
  };

  EXPECT_EQ(refused({.name = "taken"}), ErrorCode::already_exists);
  EXPECT_EQ(refused({.retry = {.max_attempts = 0}}), ErrorCode::invalid_argument);
  EXPECT_EQ(refused({.retry = {.backoff = -1s}}), ErrorCode::invalid_argument);
  EXPECT_EQ(refused({.retry = {.factor = 0.5}}), ErrorCode::invalid_argument);
  EXPECT_EQ(refused({.retry = {.jitter = 2}}), ErrorCode::invalid_argument);
  EXPECT_EQ(refused({.hibernate_after = 0s}), ErrorCode::invalid_argument);
  EXPECT_EQ(refused({.time_zone = "Mars/Olympus"}), ErrorCode::invalid_argument);
  EXPECT_EQ(refused({.time_zone = ""}), ErrorCode::invalid_argument);
  EXPECT_EQ(refused({.shutdown = -1s}), ErrorCode::invalid_argument);
  first.stop();
  EXPECT_EQ(refused({.name = "taken"}), std::nullopt);
}

// D-15 of Poolder: with a name of its own it could not be addressed.
TEST(Scheduler, IsFoundByItsName) {
  SimulatedRuntime runtime{1};
  Counts counts;
  Scheduler<Almanac> scheduler{runtime, {.name = "mine"}, &counts};

  const auto found = runtime.find<Scheduler<Almanac>>("mine");
  ASSERT_TRUE(found);
  found->run_now("never");
  runtime.run_until_idle();

  EXPECT_EQ(counts.never, 1);
  EXPECT_FALSE(runtime.find<Scheduler<Bare>>("mine"));
  EXPECT_EQ(found->name(), "mine");
}

TEST(Scheduler, SaysWhenEachJobRuns) {
  SimulatedRuntime runtime{1};
  Scheduler<Bare> scheduler{runtime};
  scheduler.schedule("cron", Cron::parse("*/15 0-3 * * MON"), [] {});
  for (const Duration each :
       {Duration{1ns}, Duration{2us}, Duration{1500ms}, Duration{90s}, Duration{2h}, Duration{48h}})
    scheduler.schedule(std::to_string(each.count()), each, [] {});
  scheduler.schedule("never", infinity, [] {});

  std::vector<std::string> said;
  for (const JobStats& each : scheduler.jobs()) said.push_back(each.when);

  EXPECT_EQ(said,
            (std::vector<std::string>{"*/15 0-3 * * 1", "every 1 ns", "every 2 us", "every 1500 ms",
                                      "every 90 s", "every 2 h", "every 2 d", "never"}));
}

}  // namespace
