// Handlers that run for too long: reported, and killed where that was asked for.

#include <memory>
#include <string>
#include <vector>

#include "support/simulated_sleep.hpp"
#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Sleep {
  Duration time;
};
struct Deaf {
  Duration time;
};
struct Note {
  int number;
};

struct Log {
  std::vector<int> notes;
  std::vector<Overrun> reports;
};

struct Sleeper {
  explicit Sleeper(Log* its_log) : log(its_log) {}
  void handle_job(const Sleep& sleep, Context& context) {
    const auto stop = context.stop_token();
    for (Duration left = sleep.time; left > 0ns && !stop.stop_requested(); left -= 10ms)
      context.sleep(10ms);
  }
  void handle_job(const Deaf& sleep, Context& context) { context.sleep(sleep.time); }
  bool handle_call(const Deaf& sleep, Context& context) {
    context.sleep(sleep.time);
    return true;
  }
  void handle_job(const Note& note) { log->notes.push_back(note.number); }
  Log* log;
};

PoolOptions with(OverrunOptions overrun, std::size_t size = 1) {
  return {.name = "watched",
          .size = size,
          .call_timeout = infinity,
          .overrun = overrun,
          .restart = lenient};
}

/// Within an interval of the watch after it was due.
void expect_at(const Overrun& report, Duration due, Duration interval) {
  EXPECT_GE(report.runtime, due - interval);
  EXPECT_LE(report.runtime, due + interval);
}

struct Watched {
  Watched(SimulatedRuntime& runtime, OverrunOptions overrun, std::size_t size = 1)
      : pool(runtime, with(overrun, size), &log),
        subscription(
            pool.on_overrun([this](const Overrun& each) { log.reports.push_back(each); })) {}
  Log log;
  Pool<Sleeper> pool;
  Subscription subscription;
};

TEST(Overrun, IsReportedOnceForAJobThatEndsBeforeTheNextRound) {  // WP-02
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Watched watched{runtime, {.warn_after = 1s}};
    const Pid worker = watched.pool.worker(0);

    watched.pool.cast(Deaf{1500ms});
    EXPECT_TRUE(watched.pool.drain(10s));
    runtime.advance(1h);

    ASSERT_EQ(watched.log.reports.size(), 1u);
    const Overrun& report = watched.log.reports[0];
    EXPECT_EQ(report.alert, Overrun::Alert::overrun);
    EXPECT_EQ(report.pool, "watched");
    EXPECT_EQ(report.worker, worker);
    EXPECT_NE(std::string(report.task).find("Deaf"), std::string::npos);
    EXPECT_GE(report.runtime, 1s);
    EXPECT_LE(report.runtime, 1125ms);
    EXPECT_EQ(watched.pool.stats().overruns, 1u);
    EXPECT_EQ(watched.pool.worker(0), worker);
  });
}

TEST(Overrun, DoublesTheRoundsWhereNothingIsKilled) {  // D-44
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Watched watched{runtime, {.warn_after = 1s}};

    watched.pool.cast(Deaf{20s});
    EXPECT_TRUE(watched.pool.drain(1min));

    ASSERT_EQ(watched.log.reports.size(), 5u);
    Duration due = 1s;
    for (const Overrun& each : watched.log.reports) {
      expect_at(each, due, 125ms);
      due *= 2;
    }
  });
}

TEST(Overrun, WarnsInEqualRoundsAndKillsAtTheLast) {  // D-44
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Watched watched{runtime, {.warn_after = 100ms, .max_warnings = 5}};
    const Pid stuck = watched.pool.worker(0);
    const auto began = runtime.now();

    watched.pool.cast(Deaf{1h});
    watched.pool.cast(Note{9});
    EXPECT_TRUE(watched.pool.drain(10s));

    EXPECT_GE(elapsed(runtime, began), 500ms);
    EXPECT_LE(elapsed(runtime, began), 540ms);
    runtime.run_until_idle();
    ASSERT_EQ(watched.log.reports.size(), 5u);
    for (std::size_t i = 0; i < 5; ++i) {
      expect_at(watched.log.reports[i], 100ms * static_cast<int>(i + 1), 13ms);
      EXPECT_EQ(watched.log.reports[i].alert,
                i < 4 ? Overrun::Alert::overrun : Overrun::Alert::max_overrun_limit);
      EXPECT_EQ(watched.log.reports[i].worker, stuck);
    }
    EXPECT_NE(watched.pool.worker(0), stuck);
    EXPECT_EQ(watched.log.notes, std::vector<int>{9}) << "the queue is kept";
    EXPECT_EQ(watched.pool.stats().restarts, 1u);
    runtime.advance(2h);
  });
}

TEST(Overrun, TellsTheKilledCallsCallerAtOnce) {
  for_each_seed([](std::uint64_t seed) {
    for (const bool inline_calls : {false, true}) {
      SimulatedRuntime runtime{seed};
      Log log;
      PoolOptions options = with({.warn_after = 100ms, .max_warnings = 2}, 2);
      options.inline_calls = inline_calls;
      Pool<Sleeper> pool{runtime, options, &log};
      const auto began = runtime.now();

      EXPECT_EQ(error_of([&] { pool.call(Deaf{1min}, {.route = Route::index(1)}); }),
                ErrorCode::worker_down);

      const Duration took = elapsed(runtime, began);
      EXPECT_TRUE(took <= 230ms || (inline_calls && took == 1min)) << "or once the thread is back";
      runtime.advance(2min);
      EXPECT_EQ(pool.stats().restarts, 1u);
    }
  });
}

TEST(Overrun, AsksTheHandlerToStopAndCountsTheKillInTheRestartPolicy) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Log log;
    PoolOptions options = with({.warn_after = 100ms, .max_warnings = 1});
    options.restart = {.max_restarts = 2, .period = 1min};
    Pool<Sleeper> pool{runtime, options, &log};

    for (int i = 0; i < 3; ++i) pool.cast(Sleep{1h});
    pool.cast(Note{1});
    runtime.advance(10s);

    EXPECT_EQ(error_of([&] { pool.cast(Note{2}); }), ErrorCode::stopped);
    EXPECT_EQ(pool.stats().restarts, 2u);
    EXPECT_EQ(pool.stats().dropped, 4u);
    EXPECT_TRUE(log.notes.empty());
  });
}

TEST(Overrun, NeverKillsTheNextJobForWhatTheLastOneTook) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        Watched watched{runtime, {.warn_after = 10ms, .max_warnings = 2}, 3};

        for (int i = 0; i < 60; ++i) watched.pool.cast(Deaf{19ms + 1us * i});
        EXPECT_TRUE(watched.pool.drain(1min));

        EXPECT_EQ(watched.pool.stats().processed + watched.pool.stats().dropped, 60u);
        EXPECT_EQ(watched.pool.stats().dropped, watched.pool.stats().restarts);
        for (int i = 0; i < 300; ++i) watched.pool.cast(Deaf{9ms});
        const auto kills = watched.pool.stats().restarts;
        EXPECT_TRUE(watched.pool.drain(1min));
        EXPECT_EQ(watched.pool.stats().restarts, kills);
      },
      300);
}

TEST(Overrun, SeesAJobThatBeginsWhileTheWatchSleepsOverAnother) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        Watched watched{runtime, {.warn_after = 1s}, 3};
        watched.pool.cast(Deaf{1h}, Route::index(0));
        runtime.advance(50s);
        EXPECT_EQ(watched.log.reports.size(), 6u);

        watched.pool.cast(Deaf{1500ms}, Route::index(1));
        watched.pool.cast(Deaf{1500ms}, Route::index(2));
        runtime.advance(2s);

        EXPECT_EQ(watched.log.reports.size(), 8u);
        EXPECT_EQ(watched.log.reports.back().runtime / 1s, 1);
        runtime.advance(1h);
      },
      300);
}

TEST(Overrun, IsToldToSeveralThatComeAndGo) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Watched watched{runtime, {.warn_after = 1s}};
    int second = 0;
    auto throwing = watched.pool.on_overrun([](const Overrun&) { throw Planned{}; });
    auto other = watched.pool.on_overrun([&](const Overrun&) { ++second; });
    watched.pool.cast(Deaf{10s});

    runtime.advance(3s);
    other.cancel();
    EXPECT_TRUE(watched.pool.drain(1min));
    runtime.run_until_idle();

    EXPECT_EQ(second, 2);
    EXPECT_EQ(watched.log.reports.size(), 4u);
  });
}

TEST(Overrun, IsAnEventOfTheRuntime) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    std::vector<Event> events;
    auto subscription = runtime.on([&](const Event& each) {
      if (each.kind == Event::Kind::overrun) events.push_back(each);
    });
    Log log;
    Pool<Sleeper> pool{runtime, with({.warn_after = 1s, .max_warnings = 2}), &log};
    const Pid stuck = pool.worker(0);
    pool.cast(Deaf{1h});
    runtime.advance(3s);

    ASSERT_EQ(events.size(), 2u);
    EXPECT_EQ(events[0].name, "watched");
    EXPECT_EQ(events[0].worker, stuck);
    EXPECT_NE(events[0].what, events[1].what);
    EXPECT_GE(events[1].duration, 2s);
    runtime.advance(1h);
  });
}

TEST(Overrun, SaysThatItWasKilledOnlyOfAWorkerThatWas) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        std::vector<Pid> said, died;
        auto subscription = runtime.on([&](const Event& each) {
          if (each.kind == Event::Kind::overrun && each.what == "it was killed")
            said.push_back(each.worker);
          if (each.kind == Event::Kind::worker_died) died.push_back(each.worker);
        });
        Log log;
        Pool<Sleeper> pool{runtime, with({.warn_after = 80ms, .max_warnings = 3}), &log};

        pool.cast(Deaf{240ms + 500us * static_cast<int>(seed % 21)});
        EXPECT_TRUE(pool.drain(10s));
        runtime.advance(1s);

        EXPECT_EQ(said, died);
        EXPECT_EQ(pool.stats().overruns, 2 + said.size());
      },
      2 * seeds);
}

struct Slow {
  SimulatedRuntime* runtime = nullptr;
  int inside = 0;
  std::vector<Overrun> told;
} slow;

void tell_slowly(const Overrun& report) {
  EXPECT_EQ(slow.inside++, 0) << "two reports at a time";
  slow.told.push_back(report);
  sleep_in(*slow.runtime, 300ms);
  --slow.inside;
}

TEST(Overrun, IsToldOneReportAfterAnotherAndARoundApartAlsoWhereALookComesLate) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    slow = {.runtime = &runtime, .inside = 0, .told = {}};
    Log log;
    Pool<Sleeper> pool{
        runtime, with({.warn_after = 100ms, .max_warnings = 5, .handler = &tell_slowly}), &log};
    pool.cast(Deaf{1h});

    runtime.advance(150ms);
    runtime.suspend(900ms);
    runtime.advance(5s);

    ASSERT_EQ(slow.told.size(), 5u);
    for (std::size_t i = 1; i < 5; ++i) {
      EXPECT_GE(slow.told[i].runtime - slow.told[i - 1].runtime, 100ms);
      EXPECT_EQ(slow.told[i].alert == Overrun::Alert::max_overrun_limit, i == 4);
    }
    EXPECT_LE(slow.told[4].runtime, 1400ms);
    runtime.advance(2h);
  });
}

TEST(Overrun, IsSeenAgainAfterThePoolHasStartedAfresh) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        Watched watched{runtime, {.warn_after = 1s}};
        for (std::size_t life = 1; life <= 3; ++life) {
          watched.pool.cast(Sleep{1h});
          runtime.advance(1500ms);
          EXPECT_EQ(watched.log.reports.size(), life);
          watched.pool.stop();
          watched.pool.core()->restart();
        }
      },
      300);
}

TEST(Overrun, IsSeenInAPoolOfManyThousands) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        Watched watched{runtime, {.warn_after = 1s, .max_warnings = 2}, 9'000};
        for (const std::size_t index : {0u, 4'095u, 4'096u, 8'999u})
          watched.pool.cast(Deaf{1h}, Route::index(index));
        runtime.advance(3s);
        EXPECT_EQ(watched.log.reports.size(), 8u);
        EXPECT_EQ(watched.pool.stats().restarts, 4u);
        runtime.advance(1h);
      },
      10);
}

TEST(Overrun, EndsWithThePool) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    std::weak_ptr<void> core;
    {
      Watched watched{runtime, {.warn_after = 1s, .max_warnings = 100}};
      core = watched.pool.core();
      watched.pool.cast(Sleep{1h});
      runtime.advance(5s);
    }
    runtime.run_until_idle();
    EXPECT_TRUE(core.expired());
  });
}

}  // namespace
