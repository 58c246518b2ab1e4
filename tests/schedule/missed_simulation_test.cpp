// Times that pass while the program is suspended, and a system clock that is set.

#include <chrono>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;
using std::chrono::sys_days;
using std::chrono::system_clock;

namespace {

struct Bare {};

constexpr system_clock::time_point in_2000{946'684'800s};

constexpr system_clock::time_point at(int year, unsigned month, unsigned day, Duration time) {
  return sys_days{std::chrono::year{year} / static_cast<int>(month) / static_cast<int>(day)} + time;
}

JobStats only(const Scheduler<Bare>& scheduler) { return scheduler.jobs().at(0); }

// Runs after nine and a half hours' sleep, of a job that was due every two.
struct Awoken {
  Awoken(std::uint64_t seed, Missed missed)
      : runtime(seed), scheduler(runtime, {.missed = missed}) {
    scheduler.schedule("job", 2h, [this] { times.push_back(runtime.system_now() - in_2000); });
    runtime.advance(1h);
    runtime.suspend(9h + 30min);
    runtime.advance(1h + 29min);
  }
  SimulatedRuntime runtime;
  std::vector<Duration> times;
  Scheduler<Bare> scheduler;
};

TEST(Missed, SkipRunsNoneOfThem) {
  for_each_seed([](std::uint64_t seed) {
    Awoken awoken{seed, Missed::skip};

    EXPECT_TRUE(awoken.times.empty());
    EXPECT_EQ(only(awoken.scheduler).skipped, 5u);
    awoken.runtime.advance(1min);
    EXPECT_EQ(awoken.times, std::vector<Duration>{12h});
  });
}

TEST(Missed, RunOnceRunsOneForAllOfThem) {
  for_each_seed([](std::uint64_t seed) {
    Awoken awoken{seed, Missed::run_once};

    EXPECT_EQ(awoken.times, std::vector<Duration>{10h + 30min});
    EXPECT_EQ(only(awoken.scheduler).skipped, 4u);
    EXPECT_GE(only(awoken.scheduler).lateness_p99, 30min / 2)
        << "the sketch ends at a quarter hour";
  });
}

TEST(Missed, RunAllRunsEachOneAfterAnother) {
  for_each_seed([](std::uint64_t seed) {
    Awoken awoken{seed, Missed::run_all};

    EXPECT_EQ(awoken.times, std::vector<Duration>(5, 10h + 30min));
    EXPECT_EQ(only(awoken.scheduler).skipped, 0u);
    awoken.runtime.advance(1min);
    EXPECT_EQ(awoken.times.back(), 12h);
  });
}

TEST(Missed, RunAllRunsAtMostAThousand) {
  SimulatedRuntime runtime{1};
  int runs = 0;
  Scheduler<Bare> scheduler{runtime, {.missed = Missed::run_all}};
  scheduler.schedule("job", 1s, [&] { ++runs; });

  runtime.suspend(5'000s);
  runtime.run_until_idle();

  EXPECT_EQ(runs, 1'000);
  EXPECT_EQ(only(scheduler).skipped, 4'000u);
}

// One that is a little late is not missed, and one that was overtaken by the next is.
TEST(Missed, IsWhatComesAMinuteLateOrAfterTheNext) {
  for_each_seed([](std::uint64_t seed) {
    int hourly = 0, often = 0;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime};
    scheduler.schedule("hourly", 1h, [&] { ++hourly; });
    scheduler.schedule("often", 10s, [&] { ++often; });
    runtime.advance(1h - 5s);
    EXPECT_EQ(often, 359);

    runtime.suspend(65s);
    runtime.run_until_idle();

    EXPECT_EQ(hourly, 1);
    EXPECT_EQ(often, 360);
    EXPECT_EQ(scheduler.jobs()[1].skipped, 6u);
  });
}

TEST(Missed, ASystemClockThatIsSetForwardsOverATimeMissesIt) {
  for_each_seed([](std::uint64_t seed) {
    int once = 0, none = 0, intervals = 0;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> skipping{runtime, {.name = "skip"}};
    Scheduler<Bare> catching_up{runtime, {.name = "once", .missed = Missed::run_once}};
    skipping.schedule("job", Cron::parse("0 3 * * *"), [&] { ++none; });
    skipping.schedule("interval", 1h, [&] { ++intervals; });
    catching_up.schedule("job", Cron::parse("0 3 * * *"), [&] { ++once; });

    runtime.set_system_clock(in_2000 + 7h);
    runtime.run_until_idle();

    EXPECT_EQ(once, 1);
    EXPECT_EQ(none, 0);
    EXPECT_EQ(intervals, 0) << "goes by the steady clock";
    runtime.advance(20h);
    EXPECT_EQ(once, 2);
    EXPECT_EQ(none, 1);
    EXPECT_EQ(intervals, 20);
  });
}

TEST(Missed, ASystemClockThatIsSetForwardsBringsTheNextTimeNearer) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<system_clock::time_point> times;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime};
    scheduler.schedule("job", Cron::parse("0 12 * * *"),
                       [&] { times.push_back(runtime.system_now()); });
    runtime.advance(1h);

    runtime.set_system_clock(in_2000 + 11h + 59min);
    runtime.advance(2min);

    EXPECT_EQ(times, std::vector{in_2000 + 12h});
  });
}

// D-25 of Poolder had no policy at all: whatever its timers did.
TEST(Missed, ASystemClockThatIsSetBackRepeatsTheTimesThatComeAgain) {
  for_each_seed([](std::uint64_t seed) {
    int runs = 0;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime};
    scheduler.schedule("job", Cron::parse("0 * * * *"), [&] { ++runs; });
    runtime.advance(90min);
    EXPECT_EQ(runs, 1);

    runtime.set_system_clock(in_2000 + 30min);
    runtime.advance(30min);

    EXPECT_EQ(runs, 2);
    runtime.advance(1h);
    EXPECT_EQ(runs, 3);
  });
}

TEST(Missed, AClockThatIsCorrectedByLessThanAMinuteRepeatsNothing) {
  for_each_seed([](std::uint64_t seed) {
    int runs = 0;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime};
    scheduler.schedule("job", Cron::parse("0 * * * *"), [&] { ++runs; });
    runtime.advance(1h);
    EXPECT_EQ(runs, 1);

    runtime.set_system_clock(in_2000 + 1h - 500ms);
    runtime.advance(1h - 1ns);
    EXPECT_EQ(runs, 1);
    runtime.advance(500ms + 1ns);

    EXPECT_EQ(runs, 2);
  });
}

// As Linux has it: the steady clock stands still while the computer sleeps.
TEST(Missed, AComputersSleepIsNoticedByCronAlone) {
  for_each_seed([](std::uint64_t seed) {
    int skipped = 0, once = 0, all = 0, intervals = 0;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> skipping{runtime, {.name = "skip"}};
    Scheduler<Bare> catching_up{runtime, {.name = "once", .missed = Missed::run_once}};
    Scheduler<Bare> repeating{runtime, {.name = "all", .missed = Missed::run_all}};
    skipping.schedule("job", Cron::parse("0 * * * *"), [&] { ++skipped; });
    catching_up.schedule("job", Cron::parse("0 * * * *"), [&] { ++once; });
    repeating.schedule("job", Cron::parse("0 * * * *"), [&] { ++all; });
    repeating.schedule("interval", 1h, [&] { ++intervals; });
    runtime.advance(30min);

    runtime.set_system_clock(runtime.system_now() + 5h);
    runtime.run_until_idle();

    EXPECT_EQ(skipped, 0);
    EXPECT_EQ(only(skipping).skipped, 5u);
    EXPECT_EQ(once, 1);
    EXPECT_EQ(all, 5);
    EXPECT_EQ(intervals, 0);
    runtime.advance(30min);
    EXPECT_EQ(intervals, 1) << "what was left of it";
    EXPECT_EQ(repeating.jobs().at(1).skipped, 0u);
    EXPECT_EQ(skipped, 1);
  });
}

TEST(Missed, AClockThatIsSetBackMeanwhileLosesNoTimeThatWasDue) {
  for_each_seed([](std::uint64_t seed) {
    int runs = 0;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime, {.missed = Missed::run_all}};
    scheduler.schedule("job", Cron::parse("0 * * * *"), [&] { ++runs; });
    runtime.advance(30min);

    runtime.suspend(5h);
    runtime.set_system_clock(runtime.system_now() - 2min);
    runtime.run_until_idle();

    EXPECT_EQ(runs, 5);
  });
}

TEST(Missed, AClockThatWasWrongByCenturiesForAMomentStopsNothing) {
  for_each_seed([](std::uint64_t seed) {
    int runs = 0;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime};
    scheduler.schedule("job", Cron::parse("@yearly"), [&] { ++runs; });

    runtime.set_system_clock(at(2262, 3, 1, 0s));
    runtime.run_until_idle();
    EXPECT_FALSE(only(scheduler).next);
    runtime.advance(1min);
    runtime.set_system_clock(in_2000);
    runtime.advance(5 * 366 * 24h);

    EXPECT_EQ(runs, 5);
  });
}

// Never early: the timer was set by the clock as it was.
TEST(Missed, AClockThatFallsBehindIsWaitedFor) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<system_clock::time_point> times;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime};
    scheduler.schedule("job", Cron::parse("0 * * * *"),
                       [&] { times.push_back(runtime.system_now()); });
    for (int i = 0; i < 10; ++i) {
      runtime.advance(1min);
      runtime.set_system_clock(runtime.system_now() - 1s);
    }

    runtime.advance(1h);

    EXPECT_EQ(times, std::vector{in_2000 + 1h});
  });
}

// New York, 2024: the clock goes from 2:00 to 3:00 on 10 March, and from 2:00 to 1:00 on 3
// November.
TEST(Missed, DaylightSavingSkipsAndRepeatsNoRun) {
  for_each_seed(
      [](std::uint64_t seed) {
        int nightly = 0, autumn = 0, hourly = 0;
        std::vector<system_clock::time_point> march;
        SimulatedRuntime runtime{seed};
        runtime.set_system_clock(at(2024, 1, 1, 5h));
        Scheduler<Bare> scheduler{runtime, {.time_zone = "America/New_York"}};
        scheduler.schedule("nightly", Cron::parse("30 2 * * *"), [&] {
          ++nightly;
          if (runtime.system_now() > at(2024, 3, 9, 12h) && march.size() < 2)
            march.push_back(runtime.system_now());
        });
        scheduler.schedule("autumn", Cron::parse("30 1 * * *"), [&] { ++autumn; });
        scheduler.schedule("hourly", Cron::parse("0 * * * *"), [&] { ++hourly; });

        runtime.advance(366 * 24h);

        EXPECT_EQ(nightly, 366);
        EXPECT_EQ(autumn, 366);
        EXPECT_EQ(hourly, 366 * 24);
        EXPECT_EQ(march, (std::vector{at(2024, 3, 10, 7h), at(2024, 3, 11, 6h + 30min)}));
      },
      100);
}

}  // namespace
