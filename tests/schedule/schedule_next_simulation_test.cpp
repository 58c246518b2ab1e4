// What a job may say about its next times and those of others.

#include <functional>
#include <string>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Plan {
  std::function<ScheduleNext(Context&)> first;
  int first_runs = 0, second_runs = 0;
};

struct Two {
  explicit Two(Plan* its_plan) : plan(its_plan) {}
  ScheduleNext first(Context& context) {
    ++plan->first_runs;
    return plan->first ? plan->first(context) : ScheduleNext{};
  }
  void second() { ++plan->second_runs; }

  Plan* plan;

  static constexpr auto jobs =
      poolder::jobs(job<&Two::first>("first", 10s), job<&Two::second>("second", 10s));
};

class ScheduleNextTest : public testing::Test {
 protected:
  // The first job returns what `next` does, at its first run alone; then so much time passes.
  template <class F>
  void after_first_run(std::uint64_t seed, F&& next, Duration span, auto&& check) {
    Plan plan;
    SimulatedRuntime runtime{seed};
    Scheduler<Two> scheduler{runtime, &plan};
    plan.first = [&](Context& context) {
      return plan.first_runs == 1 ? next(context) : ScheduleNext{};
    };
    runtime.advance(10s + span);
    check(plan, scheduler);
  }
};

TEST_F(ScheduleNextTest, EveryCountsFromTheTimeDueAndHoldsForGood) {
  for_each_seed([this](std::uint64_t seed) {
    const auto two_seconds_late = [](Context& context) {
      context.sleep(2s);
      return every(3s);
    };
    after_first_run(seed, two_seconds_late, 3s - 1ns,
                    [](Plan& plan, auto&) { EXPECT_EQ(plan.first_runs, 1); });
    after_first_run(seed, two_seconds_late, 30s, [](Plan& plan, auto& scheduler) {
      EXPECT_EQ(plan.first_runs, 11);
      EXPECT_EQ(plan.second_runs, 4);
      EXPECT_EQ(scheduler.jobs()[0].when, "every 3 s");
    });
  });
}

TEST_F(ScheduleNextTest, EveryGoesToTheFirstTimeThatIsStillToCome) {
  for_each_seed([this](std::uint64_t seed) {
    const auto late = [](Context& context) {
      context.sleep(7s);
      return every(3s);
    };
    after_first_run(seed, late, 9s - 1ns, [](Plan& plan, auto&) { EXPECT_EQ(plan.first_runs, 1); });
    after_first_run(seed, late, 9s, [](Plan& plan, auto&) { EXPECT_EQ(plan.first_runs, 2); });
  });
}

TEST_F(ScheduleNextTest, TheSameIntervalChangesNothing) {
  for_each_seed([](std::uint64_t seed) {
    Plan plan;
    SimulatedRuntime runtime{seed};
    Scheduler<Two> scheduler{runtime, &plan};
    plan.first = [&](Context& context) {
      context.sleep(1s);
      return every(10s);
    };

    runtime.advance(600s);

    EXPECT_EQ(plan.first_runs, 60);
    EXPECT_EQ(plan.second_runs, 60);
  });
}

TEST_F(ScheduleNextTest, AJobGivesItselfACron) {
  for_each_seed([this](std::uint64_t seed) {
    after_first_run(
        seed, [](Context&) { return schedule("first", Cron::parse("* * * * *")); }, 5min,
        [](Plan& plan, auto&) { EXPECT_EQ(plan.first_runs, 6); });
  });
}

TEST_F(ScheduleNextTest, AJobGivesAnotherANewTime) {
  for_each_seed([this](std::uint64_t seed) {
    after_first_run(
        seed, [](Context&) { return schedule("second", 100s); }, 500s,
        [](Plan& plan, auto&) {
          EXPECT_EQ(plan.first_runs, 51);
          EXPECT_GE(plan.second_runs, 5);
          EXPECT_LE(plan.second_runs, 6) << "but for the run that was due at the same moment";
        });
    after_first_run(
        seed, [](Context&) { return schedule("second", Cron::parse("@hourly")); }, 2h - 10s,
        [](Plan& plan, auto&) {
          EXPECT_GE(plan.second_runs, 2);
          EXPECT_LE(plan.second_runs, 3);
        });
  });
}

TEST_F(ScheduleNextTest, AJobBringsBackOneThatWasCancelled) {
  for_each_seed([](std::uint64_t seed) {
    Plan plan;
    SimulatedRuntime runtime{seed};
    Scheduler<Two> scheduler{runtime, &plan};
    plan.first = [&](Context&) { return schedule("second", 1s); };
    scheduler.cancel("second");

    runtime.advance(19s);

    EXPECT_EQ(plan.second_runs, 9);
  });
}

TEST_F(ScheduleNextTest, StopThisEndsTheJobAlone) {
  for_each_seed([this](std::uint64_t seed) {
    after_first_run(
        seed, [](Context&) { return stop_this(); }, 100s,
        [](Plan& plan, auto& scheduler) {
          EXPECT_EQ(plan.first_runs, 1);
          EXPECT_EQ(plan.second_runs, 11);
          EXPECT_EQ(scheduler.jobs().size(), 1u);
        });
  });
}

TEST_F(ScheduleNextTest, StopAllEndsAllJobsAndTheSchedulerTakesNewOnes) {
  for_each_seed([this](std::uint64_t seed) {
    after_first_run(
        seed, [](Context&) { return stop_all(); }, 100s,
        [](Plan& plan, auto& scheduler) {
          EXPECT_EQ(plan.first_runs, 1);
          EXPECT_LE(plan.second_runs, 1);
          EXPECT_TRUE(scheduler.jobs().empty());
          scheduler.schedule("third", 1s, [] {});
          scheduler.schedule("first", 1s);
          EXPECT_EQ(scheduler.jobs().size(), 2u);
        });
  });
}

TEST_F(ScheduleNextTest, NamingAJobThatThereIsNotFailsTheRunAndNothingElse) {
  for_each_seed([this](std::uint64_t seed) {
    after_first_run(
        seed, [](Context&) { return schedule("no such job", 1s); }, 20s,
        [](Plan& plan, auto& scheduler) {
          EXPECT_EQ(plan.first_runs, 3) << "it is not tried again";
          EXPECT_EQ(scheduler.jobs()[0].failed, 1u);
        });
  });
}

TEST_F(ScheduleNextTest, ANonsensicalTimeThrowsWhereItIsMade) {
  EXPECT_EQ(error_of([] { (void)every(0s); }), ErrorCode::invalid_argument);
  EXPECT_EQ(error_of([] { (void)every(-1s); }), ErrorCode::invalid_argument);
  EXPECT_EQ(error_of([] { (void)schedule("first", 0s); }), ErrorCode::invalid_argument);
}

// What a run says of its own job after that was cancelled and brought back is about another one.
TEST_F(ScheduleNextTest, AJobThatWasCancelledMeanwhileIsNotHeard) {
  for_each_seed([](std::uint64_t seed) {
    Plan plan;
    SimulatedRuntime runtime{seed};
    Scheduler<Two> scheduler{runtime, &plan};
    plan.first = [&](Context& context) {
      context.sleep(5s);
      return seed % 2 == 0 ? every(1s) : stop_this();
    };
    runtime.advance(11s);
    scheduler.cancel("first");
    if (seed % 3 == 0) scheduler.schedule("first", 1h);

    runtime.advance(100s);

    EXPECT_EQ(plan.first_runs, 1);
    EXPECT_EQ(scheduler.jobs().size(), seed % 3 == 0 ? 2u : 1u);
  });
}

TEST_F(ScheduleNextTest, AddedFunctionsReturnThemToo) {
  for_each_seed([](std::uint64_t seed) {
    struct Bare {};
    int runs = 0, others = 0;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime};
    scheduler.schedule("other", infinity, [&] { ++others; });
    scheduler.schedule("job", 1s, [&] {
      ++runs;
      return runs == 3 ? stop_this() : schedule("other", 5s);
    });

    runtime.advance(10s);

    EXPECT_EQ(runs, 3);
    EXPECT_EQ(others, 1);
  });
}

}  // namespace
