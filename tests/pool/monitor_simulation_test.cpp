// Monitors: told once, with the right reason, also where the worker has gone already.

#include <algorithm>
#include <optional>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

enum class End { exit, crash, kill_idle, kill_busy, shrink, stop };

struct Do {
  End end;
};

struct Worker {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  Next handle_job(const Do& what, Context& context) {
    if (what.end == End::crash) throw Planned{};
    if (what.end == End::exit) return poolder::exit("had enough");
    context.sleep(1h);
    return proceed();
  }
};

struct Told {
  std::vector<ExitReason> reasons;
  std::vector<Pid> pids;
};

auto note(Told& told) {
  return [&told](Pid pid, const ExitReason& reason) {
    told.pids.push_back(pid);
    told.reasons.push_back(reason);
  };
}

ExitReason::Kind kind_of(End end) {
  switch (end) {
    case End::exit:
      return ExitReason::Kind::normal;
    case End::crash:
      return ExitReason::Kind::failed;
    case End::kill_idle:
    case End::kill_busy:
      return ExitReason::Kind::killed;
    default:
      return ExitReason::Kind::shutdown;
  }
}

struct Stage {
  explicit Stage(std::uint64_t seed)
      : runtime(seed),
        pool(runtime,
             PoolOptions{.size = 3, .dynamic = true, .restart = lenient, .shutdown = 1ms}) {}

  void end_the_last(End end) {
    const Pid last = pool.worker(2);
    switch (end) {
      case End::exit:
      case End::crash:
        pool.cast(Do{end}, last);
        break;
      case End::kill_idle:
        pool.kill(last);
        break;
      case End::kill_busy:
        pool.cast(Do{end}, last);
        runtime.run_until_idle();
        pool.kill(last);
        break;
      case End::shrink:
        pool.resize(2);
        break;
      case End::stop:
        pool.stop();
    }
  }

  SimulatedRuntime runtime;
  Pool<Worker> pool;
};

TEST(PoolMonitor, IsToldOnceWithTheReason) {
  for_each_seed([](std::uint64_t seed) {
    Told told, other;
    Stage stage{seed};
    const End end = static_cast<End>(seed % 6);
    const Pid pid = stage.pool.worker(2);
    const Subscription watch = stage.runtime.monitor(pid, note(told));
    const Subscription second = stage.runtime.monitor(pid, note(other));

    EXPECT_TRUE(told.pids.empty());
    stage.end_the_last(end);
    stage.runtime.advance(2h);
    stage.pool.stop();
    stage.runtime.run_until_idle();

    ASSERT_EQ(told.pids, std::vector<Pid>{pid});
    EXPECT_EQ(other.pids, std::vector<Pid>{pid});
    EXPECT_EQ(told.reasons[0].kind, kind_of(end));
    EXPECT_TRUE(end != End::exit || told.reasons[0].what == "had enough");
    EXPECT_TRUE(end != End::crash || told.reasons[0].what == "planned");
  });
}

TEST(PoolMonitor, OfAWorkerThatIsGoingOrGoneIsToldTheSame) {
  for_each_seed([](std::uint64_t seed) {
    Told told;
    Stage stage{seed};
    detail::Random random{seed};
    const End end = static_cast<End>(random.below(6));
    const Pid pid = stage.pool.worker(2);

    stage.end_the_last(end);
    if (random.below(2) == 0) stage.runtime.run_until_idle();
    if (random.below(2) == 0) stage.runtime.advance(2h);
    const Subscription watch = stage.runtime.monitor(pid, note(told));
    stage.runtime.advance(2h);

    ASSERT_EQ(told.pids, std::vector<Pid>{pid});
    EXPECT_EQ(told.reasons[0].kind, kind_of(end));
  });
}

TEST(PoolMonitor, AKilledWorkerThatNeverCameToBeIsToldToo) {
  for_each_seed([](std::uint64_t seed) {
    Told told;
    Stage stage{seed};
    std::vector<Subscription> watches;
    std::vector<Pid> expected;

    stage.pool.pause();
    for (int i = 0; i < 3; ++i) {
      expected.push_back(stage.pool.worker(0));
      watches.push_back(stage.runtime.monitor(expected.back(), note(told)));
      stage.pool.kill(expected.back());
    }
    stage.runtime.advance(1s);

    std::sort(told.pids.begin(), told.pids.end());
    EXPECT_EQ(told.pids, expected);
    for (const ExitReason& each : told.reasons) EXPECT_EQ(each.kind, ExitReason::Kind::killed);
  });
}

/// Cannot be constructed while `broken` says so.
struct Phoenix {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  explicit Phoenix(const bool* broken) {
    if (*broken) throw Planned{};
  }
  void handle_job(const Do&) { throw Planned{}; }
};

TEST(PoolMonitor, IsToldOfAStopWhereTheWorkerWasStillToCome) {
  for_each_seed([](std::uint64_t seed) {
    Told told;
    bool broken = false;
    SimulatedRuntime runtime{seed};
    Pool<Phoenix> pool{runtime, PoolOptions{.size = 1, .restart = lenient}, &broken};
    broken = true;
    pool.cast(Do{});
    runtime.advance(5ms);
    const Pid to_come = pool.worker(0);
    const Subscription watch = runtime.monitor(to_come, note(told));

    pool.stop();
    runtime.run_until_idle();

    ASSERT_EQ(told.pids, std::vector<Pid>{to_come});
    EXPECT_EQ(told.reasons[0].kind, ExitReason::Kind::shutdown);
  });
}

TEST(PoolMonitor, ACancelledOneIsNeverTold) {
  for_each_seed([](std::uint64_t seed) {
    Told told;
    Stage stage{seed};

    {
      const Subscription watch = stage.runtime.monitor(stage.pool.worker(2), note(told));
      if (seed % 2 == 0) stage.pool.kill(stage.pool.worker(2));
    }
    stage.pool.kill(stage.pool.worker(2));
    stage.runtime.advance(1s);

    EXPECT_TRUE(told.pids.empty());
  });
}

TEST(PoolMonitor, OfAPidThatNamesNobodyIsToldAtOnce) {
  for_each_seed([](std::uint64_t seed) {
    Told told;
    Stage stage{seed};

    const Subscription watch = stage.runtime.monitor(Pid{}, note(told));
    EXPECT_TRUE(told.pids.empty());  // as a job of its own
    stage.runtime.run_until_idle();

    EXPECT_EQ(told.pids, std::vector<Pid>{Pid{}});
  });
}

}  // namespace
