// A job that falls due while it runs (D-25 of Poolder: it ran beside itself, unasked).

#include <algorithm>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Bare {};

struct Seen {
  int running = 0, most = 0, ended = 0;
};

// Runs for so long.
auto lasting(Seen& seen, Duration span) {
  return [&seen, span](Context& context) {
    seen.most = std::max(seen.most, ++seen.running);
    context.sleep(span);
    --seen.running;
    ++seen.ended;
  };
}

JobStats only(const Scheduler<Bare>& scheduler) { return scheduler.jobs().at(0); }

TEST(Overlap, SkipLeavesOutTheTimesThatComeWhileItRuns) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime, {.overlap = Overlap::skip}};
    scheduler.schedule("job", 10s, lasting(seen, 25s));

    runtime.advance(100s + 1ms);

    EXPECT_EQ(seen.most, 1);
    EXPECT_EQ(only(scheduler).runs, 4u) << "at 10, 40, 70 and 100 s";
    EXPECT_EQ(only(scheduler).skipped, 6u);
  });
}

TEST(Overlap, AllowRunsItBesideItself) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime, {.overlap = Overlap::allow}};
    scheduler.schedule("job", 10s, lasting(seen, 25s));

    runtime.advance(100s + 1ms);

    EXPECT_EQ(seen.most, 3);
    EXPECT_EQ(only(scheduler).runs, 10u);
    EXPECT_EQ(only(scheduler).skipped, 0u);
  });
}

TEST(Overlap, QueueRunsItAsOftenAsItWasDueOneAfterAnother) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime, {.overlap = Overlap::queue}};
    scheduler.schedule("job", 10s, lasting(seen, 25s));

    runtime.advance(101s);
    EXPECT_EQ(only(scheduler).runs, 4u) << "at 10, 35, 60 and 85 s";
    EXPECT_EQ(only(scheduler).queued, 6u);
    scheduler.schedule("job", infinity);
    EXPECT_TRUE(scheduler.drain(1h));

    EXPECT_EQ(seen.most, 1);
    EXPECT_EQ(seen.ended, 10);
    EXPECT_EQ(only(scheduler).queued, 0u);
  });
}

TEST(Overlap, WhatIsQueuedWaitsWhileTheJobIsPausedAndIsSkippedWhenItIsCancelled) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime, {.overlap = Overlap::queue}};
    scheduler.schedule("job", 10s, lasting(seen, 25s));
    runtime.advance(31s);

    scheduler.pause("job");
    EXPECT_FALSE(scheduler.drain(100s));
    EXPECT_EQ(seen.ended, 1);
    EXPECT_EQ(only(scheduler).queued, 2u);
    scheduler.resume("job");
    runtime.run_until_idle();
    EXPECT_EQ(seen.running, 1);
    scheduler.cancel("job");
    EXPECT_TRUE(scheduler.drain(1h));

    EXPECT_EQ(seen.ended, 2);
  });
}

TEST(Overlap, RunsByHandAlsoWhileTheJobIsPaused) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime, {.overlap = Overlap::queue}};
    scheduler.schedule("job", 10s, lasting(seen, 25s));
    runtime.advance(21s);
    EXPECT_EQ(only(scheduler).queued, 1u);

    scheduler.pause("job");
    scheduler.run_now("job");
    scheduler.run_now("job");
    runtime.advance(1h);

    EXPECT_EQ(seen.ended, 3) << "the one at 10 s, and two by hand";
    EXPECT_EQ(seen.most, 1);
    EXPECT_EQ(only(scheduler).queued, 1u) << "what fell due before";
    scheduler.schedule("job", infinity);
    scheduler.resume("job");
    EXPECT_TRUE(scheduler.drain(1h));
    EXPECT_EQ(seen.ended, 4);
  });
}

TEST(Overlap, HoldsForRunsByHandToo) {
  for_each_seed([](std::uint64_t seed) {
    for (const Overlap overlap : {Overlap::skip, Overlap::allow, Overlap::queue}) {
      Seen seen;
      SimulatedRuntime runtime{seed};
      Scheduler<Bare> scheduler{runtime, {.overlap = overlap}};
      scheduler.schedule("job", infinity, lasting(seen, 5s));
      for (int i = 0; i < 3; ++i) scheduler.run_now("job");

      EXPECT_TRUE(scheduler.drain(1h));

      EXPECT_EQ(seen.ended, overlap == Overlap::skip ? 1 : 3);
      EXPECT_EQ(seen.most, overlap == Overlap::allow ? 3 : 1);
      EXPECT_EQ(only(scheduler).skipped, overlap == Overlap::skip ? 2u : 0u);
    }
  });
}

TEST(Overlap, DifferentJobsRunBesideEachOther) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime};
    for (const char* name : {"a", "b", "c"}) scheduler.schedule(name, 10s, lasting(seen, 5s));

    runtime.advance(12s);

    EXPECT_EQ(seen.running, 3);
  });
}

struct One {
  explicit One(Seen* its_seen) : seen(its_seen) {}
  void run(Context& context) { lasting(*seen, 25s)(context); }
  Seen* seen;
  static constexpr auto jobs = poolder::jobs(job<&One::run>("job", 10s));
};

// A job of the definition that is cancelled and brought back is the same job still.
TEST(Overlap, ACancelledRunKeepsItsJobFromRunningBesideItself) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    SimulatedRuntime runtime{seed};
    Scheduler<One> scheduler{runtime, &seen};
    runtime.advance(11s);

    scheduler.cancel("job");
    scheduler.schedule("job", 10s);
    runtime.advance(20s);
    EXPECT_EQ(seen.running, 1);
    runtime.advance(11s);

    EXPECT_EQ(seen.running, 1);
    EXPECT_EQ(seen.ended, 1);
    EXPECT_EQ(seen.most, 1);
  });
}

}  // namespace
