// Children whose handlers, constructors or backoffs stand in the way of their end.

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Work {};
struct Nap {
  Duration length;
};
struct Fail {};

struct Sleeper {
  int handle_call(const Nap& nap, Context& context) {
    context.sleep(nap.length);
    return 1;
  }
};
/// Waits for another's answer, whatever it is asked to do.
struct Stubborn {
  Stubborn(FactoryPool* its_factory, WorkerRef<Sleeper> its_sleeper)
      : factory(its_factory), sleeper(std::move(its_sleeper)) {}
  void handle_job(const Nap& nap) { factory->call(sleeper, nap, {.timeout = 1h}); }
  int handle_call(Work) { return 1; }
  FactoryPool* factory;
  WorkerRef<Sleeper> sleeper;
};

/// What a monitor was told, and when.
struct Told {
  int times = 0;
  std::optional<ExitReason> reason;
  std::chrono::steady_clock::time_point at;
};

struct Stage {
  Stage(std::uint64_t seed, Duration shutdown)
      : runtime(seed), factory(runtime, {.restart = lenient, .shutdown = shutdown}) {}

  Subscription watch(Pid pid, Told& told) {
    return runtime.monitor(pid, [&told, this](Pid, const ExitReason& reason) {
      ++told.times;
      told.reason = reason;
      told.at = runtime.now();
    });
  }

  SimulatedRuntime runtime;
  FactoryPool factory;
};

TEST(LeavingChild, IsLeftToItselfAfterTheShutdownTime) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, 20ms};
    const auto sleeper = stage.factory.start_child<Sleeper>("sleepers");
    const auto stubborn = stage.factory.start_child<Stubborn>("x", &stage.factory, sleeper);
    Told told;
    const auto watch = stage.watch(stubborn.pid(), told);
    stage.factory.cast(stubborn, Nap{1s});
    stage.runtime.run_until_idle();
    const auto began = stage.runtime.now();

    EXPECT_EQ(stage.factory.terminate_group("x"), 1u);
    stage.runtime.advance(10ms);
    EXPECT_EQ(told.times, 0);
    EXPECT_EQ(stage.factory.count("x"), 0u);
    stage.runtime.advance(2s);

    ASSERT_EQ(told.times, 1);
    EXPECT_GE(told.at - began, Duration{20ms});
    EXPECT_LE(told.at - began, Duration{23ms});
    EXPECT_EQ(told.reason->kind, ExitReason::Kind::shutdown);
  });
}

TEST(LeavingChild, GivesUpWhatWaitsBehindItsHandler) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, 5ms};
    const auto sleeper = stage.factory.start_child<Sleeper>("sleepers");
    const auto stubborn = stage.factory.start_child<Stubborn>("x", &stage.factory, sleeper);
    stage.factory.cast(stubborn, Nap{seed % 2 == 0 ? 1ms : 1s});
    stage.factory.cast(stubborn, Nap{1ms});
    stage.runtime.run_until_idle();
    detail::Random random{seed};
    bool done = false;
    const auto ender = [&] {
      stage.factory.terminate(stubborn.pid());
      done = true;
    };
    detail::run_after(*stage.runtime.core(), Duration{random.below(500'000)}, ender);

    const auto code = error_of([&] { stage.factory.call(stubborn, Work{}, {.timeout = 1min}); });

    EXPECT_TRUE(done);
    EXPECT_EQ(code, ErrorCode::worker_down);
    stage.factory.stop();
    EXPECT_GE(stage.factory.dropped(), 1u);
  });
}

TEST(LeavingChild, IsWaitedForByStopButNotForEver) {
  for_each_seed([](std::uint64_t seed) {
    detail::Random random{seed};
    const Duration shutdown{random.below(30) * 1'000'000};
    const Duration nap{random.below(60) * 1'000'000};
    Stage stage{seed, shutdown};
    const auto sleeper = stage.factory.start_child<Sleeper>("sleepers");
    std::vector<WorkerRef<Stubborn>> all;
    std::vector<Told> told(4);
    std::vector<Subscription> watches;
    for (std::size_t i = 0; i < 4; ++i) {
      all.push_back(stage.factory.start_child<Stubborn>("x", &stage.factory, sleeper));
      watches.push_back(stage.watch(all[i].pid(), told[i]));
    }
    stage.factory.cast(all[0], Nap{nap});
    stage.factory.cast(all[1], Nap{nap});
    stage.runtime.run_until_idle();
    const auto began = stage.runtime.now();

    stage.factory.terminate(all[0].pid());
    stage.factory.stop();

    EXPECT_LE(elapsed(stage.runtime, began), shutdown + 2ms);
    stage.runtime.advance(1s);
    for (const Told& each : told) EXPECT_EQ(each.times, 1);
  });
}

/// Crashes when told, and cannot be constructed again as long as `broken` says.
struct Phoenix {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  explicit Phoenix(const bool* its_state) {
    if (*its_state) throw Planned{};
  }
  void handle_job(Fail) { throw Planned{}; }
  void handle_job(Work) {}
};

TEST(LeavingChild, MayBeOneThatWasStillToBeConstructed) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, 5ms};
    bool broken = false;
    const auto phoenix = stage.factory.start_child<Phoenix>("x", &broken);
    broken = true;
    stage.factory.cast(phoenix, Fail{});
    stage.factory.cast(phoenix, Work{});
    detail::Random random{seed};
    stage.runtime.advance(Duration{random.below(3'000'000)});
    const Pid to_come = stage.factory.list("x").at(0);
    Told told;
    const auto watch = stage.watch(to_come, told);

    if (seed % 3 == 0) {
      stage.factory.stop();
    } else {
      EXPECT_TRUE(stage.factory.terminate(to_come));
    }

    EXPECT_EQ(stage.factory.count("x"), 0u);
    stage.runtime.run_until_idle();
    if (told.times == 0) stage.runtime.advance(1ms);
    ASSERT_EQ(told.times, 1);
    EXPECT_EQ(told.reason->kind, ExitReason::Kind::shutdown);
    stage.factory.stop();
    EXPECT_EQ(stage.factory.dropped(), 2u);  // the job that failed, and the one behind it
  });
}

TEST(LeavingChild, ComesBackAsSoonAsItCanBeConstructed) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, 5ms};
    bool broken = false;
    const auto phoenix = stage.factory.start_child<Phoenix>("x", &broken);
    broken = true;
    stage.factory.cast(phoenix, Fail{});
    stage.factory.cast(phoenix, Work{});
    stage.runtime.advance(5ms);
    broken = false;
    stage.runtime.advance(1s);

    EXPECT_EQ(stage.factory.count("x"), 1u);
    EXPECT_EQ(stage.factory.broadcast("x", Work{}), 1u);
    stage.runtime.run_until_idle();
    EXPECT_EQ(stage.factory.dropped(), 1u);
    EXPECT_TRUE(stage.factory.terminate(stage.factory.list("x").at(0)));
  });
}

struct SlowToCome {
  SlowToCome(FactoryPool* others, WorkerRef<Sleeper> sleeper, int* its_lives) : lives(its_lives) {
    others->call(sleeper, Nap{1s}, {.timeout = 1h});
    ++*lives;
  }
  ~SlowToCome() { --*lives; }
  int* lives;
};

TEST(LeavingChild, IsWaitedForWhileItIsConstructed) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, 20ms};
    FactoryPool others{stage.runtime};
    const auto sleeper = others.start_child<Sleeper>("sleepers");
    const auto began = stage.runtime.now();
    int lives = 0;
    std::optional<Duration> stopped;
    detail::run_after(*stage.runtime.core(), 1ms, [&] {
      stage.factory.stop();
      EXPECT_EQ(lives, 0);
      stopped = elapsed(stage.runtime, began);
    });

    const auto code =
        error_of([&] { stage.factory.start_child<SlowToCome>("x", &others, sleeper, &lives); });

    EXPECT_EQ(code, ErrorCode::stopped);
    stage.runtime.run_until_idle();
    ASSERT_TRUE(stopped);
    EXPECT_GE(*stopped, Duration{1s});
  });
}

struct Retrying {
  static constexpr WorkerOptions options{.retry = {.max_attempts = 3, .backoff = 10ms}};
  void handle_job(Fail) { throw Planned{}; }
};

TEST(LeavingChild, GivesUpWhatIsInBackoff) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, 5ms};
    const auto child = stage.factory.start_child<Retrying>("x");
    stage.factory.cast(child, Fail{});
    stage.factory.cast(child, Fail{});
    stage.runtime.advance(1ms);

    if (seed % 2 == 0) {
      stage.factory.terminate(child.pid());
      stage.runtime.advance(20ms);
    } else {
      stage.factory.stop();
    }

    EXPECT_EQ(stage.factory.dropped(), 2u);
  });
}

// The owner of a factory, in the hands of one of its children.
struct Owned {
  struct App {
    App(Runtime& runtime, bool& its_gone)
        : gone(its_gone),
          factory(std::in_place, runtime,
                  FactoryPoolOptions{.name = "app", .restart = lenient, .shutdown = infinity}) {}
    ~App() {
      EXPECT_EQ(error_of([&] { factory->stop(); }), std::nullopt);
      gone = true;
    }
    bool& gone;
    std::optional<FactoryPool> factory;
  };
  std::shared_ptr<App> app;
};
struct Holder {
  static constexpr WorkerOptions options{.retry = {.max_attempts = 3, .backoff = 10ms}};
  Holder() = default;
  explicit Holder(Owned its_owned) : owned(std::move(its_owned)) {}
  void handle_job(const Owned&) { throw Planned{}; }
  Owned owned;
};

TEST(LeavingChild, MayHoldWhoOwnsTheFactory) {
  for_each_seed([](std::uint64_t seed) {
    bool gone = false;
    SimulatedRuntime runtime{seed};
    auto app = std::make_shared<Owned::App>(runtime, gone);
    if (seed % 2 == 0) {
      app->factory->start_child<Holder>("x", Owned{app});  // by its arguments
    } else {
      app->factory->cast(app->factory->start_child<Holder>("x"), Owned{app});  // in a backoff
    }
    runtime.advance(1ms);
    const auto ref = runtime.find<FactoryPool>("app");
    app.reset();

    if (seed % 4 < 2) {
      ref->stop();
    } else {
      ref->terminate_group("x");
      runtime.advance(20ms);
    }

    EXPECT_TRUE(gone);
  });
}

struct Drowsy {
  static constexpr WorkerOptions options{.hibernate_after = 10ms};
  explicit Drowsy(int* its_times) : times(its_times) {}
  void handle_job(Work) {}
  void handle_hibernate() { ++*times; }
  int* times;
};

TEST(LeavingChild, SleepsNoMore) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, 5ms};
    int times = 0;
    const auto child = stage.factory.start_child<Drowsy>("x", &times);
    const auto other = stage.factory.start_child<Drowsy>("x", &times);
    stage.runtime.advance(15ms);
    EXPECT_EQ(times, 2);
    stage.factory.cast(child, Work{});
    stage.factory.cast(other, Work{});

    stage.factory.terminate(child.pid());
    stage.runtime.advance(50ms);

    EXPECT_EQ(times, 3);
  });
}

/// Looks for its child when it is destroyed.
struct Leave {
  struct Look {
    Look(FactoryPool& its_factory, std::vector<std::size_t>& its_counts)
        : factory(its_factory), counts(its_counts) {}
    Look(const Look&) = delete;
    Look& operator=(const Look&) = delete;
    ~Look() { counts.push_back(factory.count("x")); }
    FactoryPool& factory;
    std::vector<std::size_t>& counts;
  };
  std::shared_ptr<Look> look;
};
struct Leaver {
  Next handle_job(const Leave&) { return poolder::exit(); }
};

TEST(LeavingChild, ThatSaysExitIsGoneBeforeItsJobIs) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, 5ms};
    std::vector<std::size_t> counts;
    const auto leaver = stage.factory.start_child<Leaver>("x");

    stage.factory.cast(leaver, Leave{std::make_shared<Leave::Look>(stage.factory, counts)});
    stage.runtime.run_until_idle();

    EXPECT_EQ(counts, std::vector<std::size_t>{0});
    EXPECT_FALSE(leaver.alive());
  });
}

TEST(LeavingChild, IsRememberedWhileThousandsOfOthersEnd) {
  Stage stage{1, 5ms};
  std::vector<WorkerRef<Leaver>> all;
  for (int i = 0; i < 10'000; ++i) all.push_back(stage.factory.start_child<Leaver>("x"));
  stage.factory.terminate_group("x");
  stage.runtime.run_until_idle();
  Told first, last;

  const auto watch = stage.watch(all.front().pid(), first);
  const auto other = stage.watch(all.back().pid(), last);
  stage.runtime.run_until_idle();

  ASSERT_EQ(first.times, 1);
  EXPECT_EQ(first.reason->what, "it was terminated");
  EXPECT_EQ(last.reason->what, "it was terminated");
}

}  // namespace
