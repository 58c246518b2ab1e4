// How a scheduler ends and starts afresh, what becomes of the user's objects, and hibernation.

#include <memory>
#include <optional>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Seen {
  int alive = 0, begun = 0, ended = 0;
  std::vector<Duration> slept;
  bool busy = false;
  bool asleep = false;
};

struct Counted {
  explicit Counted(Seen* its_seen) : seen(its_seen) { ++seen->alive; }
  Counted(const Counted& other) : seen(other.seen) { ++seen->alive; }
  ~Counted() { --seen->alive; }
  Seen* seen;
};

struct Slow {
  Slow(Seen* its_seen, Duration its_span) : counted(its_seen), span(its_span) {}
  void run(Context& context) {
    Seen* const seen = counted.seen;
    ++seen->begun;
    context.sleep(span);
    EXPECT_GT(seen->alive, 0);
    ++seen->ended;
  }
  Counted counted;
  Duration span;
  static constexpr auto jobs = poolder::jobs(job<&Slow::run>("slow", 10s));
};

TEST(SchedulerEnd, DestroysTheDefinitionAndAllFunctionsBeforeStopReturns) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    SimulatedRuntime runtime{seed};
    Scheduler<Slow> scheduler{runtime, &seen, Duration{3s}};
    for (const char* name : {"a", "b", "c"})
      scheduler.schedule(name, 5s,
                         [counted = Counted{&seen}](Context& context) { context.sleep(1s); });
    runtime.advance(seed % 16 * 1s);
    if (seed % 3 == 0) scheduler.run_now("slow");
    if (seed % 5 == 0) scheduler.cancel("b");

    scheduler.stop();

    EXPECT_EQ(seen.alive, 0);
    EXPECT_EQ(seen.begun, seen.ended);
  });
}

TEST(SchedulerEnd, ACancelledJobsFunctionGoesWithItsLastRun) {
  for_each_seed([](std::uint64_t seed) {
    struct Bare {};
    Seen seen;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime};
    scheduler.schedule("job", 5s,
                       [counted = Counted{&seen}](Context& context) { context.sleep(3s); });
    runtime.advance(6s);

    scheduler.cancel("job");
    EXPECT_EQ(seen.alive, 1);
    runtime.advance(3s);

    EXPECT_EQ(seen.alive, 0);
  });
}

TEST(SchedulerEnd, RequestsTheStopTokensAndWaits) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    SimulatedRuntime runtime{seed};
    Scheduler<Slow> scheduler{runtime, &seen, Duration{24h}};
    runtime.advance(11s);
    const auto before = runtime.now();

    scheduler.stop();

    EXPECT_EQ(runtime.now(), before) << "sleep ends early";
    EXPECT_EQ(seen.ended, 1);
  });
}

// D-23 of Poolder: a job could not stop its scheduler.
TEST(SchedulerEnd, AJobMayStopIt) {
  for_each_seed([](std::uint64_t seed) {
    struct Bare {};
    int runs = 0;
    SimulatedRuntime runtime{seed};
    std::optional<Scheduler<Bare>> scheduler{std::in_place, runtime};
    scheduler->schedule("job", 1s, [&] {
      ++runs;
      EXPECT_EQ(error_of([&] { scheduler->drain(1s); }), ErrorCode::would_deadlock);
      seed % 2 == 0 ? scheduler->stop() : scheduler.reset();
    });
    scheduler->schedule("other", 1s, [&] {});

    runtime.advance(10s);

    EXPECT_EQ(runs, 1);
  });
}

TEST(SchedulerEnd, EverythingThrowsStoppedAfterwards) {
  SimulatedRuntime runtime{1};
  Seen seen;
  Scheduler<Slow> scheduler{runtime, {.name = "slow"}, &seen, Duration{1s}};
  const auto ref = runtime.find<Scheduler<Slow>>("slow");
  scheduler.stop();
  scheduler.stop();
  const auto refused = [](auto&& f) { return error_of(f) == ErrorCode::stopped; };

  EXPECT_TRUE(refused([&] { ref->schedule("slow", 1s); }));
  EXPECT_TRUE(refused([&] { ref->schedule("x", 1s, [] {}); }));
  EXPECT_TRUE(refused([&] { ref->run_now("slow"); }));
  EXPECT_TRUE(refused([&] { ref->cancel("slow"); }));
  EXPECT_TRUE(refused([&] { ref->cancel_all(); }));
  EXPECT_TRUE(refused([&] { ref->pause("slow"); }));
  EXPECT_TRUE(refused([&] { ref->resume("slow"); }));
  EXPECT_TRUE(refused([&] { ref->jobs(); }));
  EXPECT_FALSE(runtime.find<Scheduler<Slow>>("slow"));
}

// D-31 of Poolder: nobody heard of a start that failed.
TEST(SchedulerEnd, ADefinitionThatCannotBeConstructedThrows) {
  struct Broken {
    Broken() { throw Planned{}; }
  };
  SimulatedRuntime runtime{1};

  EXPECT_THROW((Scheduler<Broken>{runtime, {.name = "broken"}}), Planned);
  EXPECT_FALSE(runtime.find<Scheduler<Broken>>("broken"));
}

TEST(SchedulerEnd, StartsAfreshInPlaceWithTheDefinitionsJobsAlone) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    SimulatedRuntime runtime{seed};
    Scheduler<Slow> scheduler{runtime, &seen, Duration{3s}};
    scheduler.schedule("added", 1s, [] {});
    scheduler.cancel("slow");
    runtime.advance(11s);
    scheduler.stop();
    runtime.advance(1h);

    scheduler.core()->restart();
    EXPECT_EQ(seen.alive, 1);
    EXPECT_EQ(scheduler.jobs().size(), 1u);
    runtime.advance(31s);

    EXPECT_EQ(seen.begun, 3);
    scheduler.stop();
    EXPECT_EQ(seen.alive, 0);
  });
}

// The second that is made starts another scheduler of the same name.
struct Namesake {
  using Other = std::unique_ptr<Scheduler<Namesake>>;
  Namesake(Seen* seen, SimulatedRuntime* runtime, Other* other) : counted(seen) {
    if (!other || seen->begun++ != 1) return;
    *other = std::make_unique<Scheduler<Namesake>>(*runtime, SchedulerOptions{.name = "mine"}, seen,
                                                   runtime, static_cast<Other*>(nullptr));
  }
  Counted counted;
};

TEST(SchedulerEnd, ARestartThatFindsItsNameTakenLeavesNothingBehind) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    Namesake::Other other;
    SimulatedRuntime runtime{seed};
    Scheduler<Namesake> scheduler{runtime, {.name = "mine"}, &seen, &runtime, &other};
    scheduler.stop();
    EXPECT_EQ(seen.alive, 0);

    EXPECT_EQ(error_of([&] { scheduler.core()->restart(); }), ErrorCode::already_exists);

    ASSERT_TRUE(other) << "it took the name while the definition was made";
    EXPECT_EQ(seen.alive, 1) << "its definition alone";
    EXPECT_EQ(error_of([&] { scheduler.jobs(); }), ErrorCode::stopped);
    other.reset();
    scheduler.core()->restart();
    EXPECT_EQ(seen.alive, 1);
    scheduler.stop();
    EXPECT_EQ(seen.alive, 0);
  });
}

// Handlers that do not end in time are left behind: what they need lives on with them.
TEST(SchedulerEnd, AbandonsWhatDoesNotEndInTime) {
  struct Bare {};
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    detail::WaitPoint release;
    SimulatedRuntime runtime{seed};
    Scheduler<Bare> scheduler{runtime, {.shutdown = 2s}};
    scheduler.schedule("stuck", 1s, [&, counted = Counted{&seen}](Context& context) {
      release.wait_until(*runtime.core(), detail::never);
      EXPECT_TRUE(context.stop_token().stop_requested());
      ++seen.ended;
    });
    runtime.advance(1s);
    const auto before = runtime.now();

    scheduler.stop();
    EXPECT_EQ(runtime.now() - before, 2s);
    EXPECT_EQ(seen.alive, 1);
    if (seed % 2 == 0) scheduler.core()->restart();
    release.signal();
    runtime.advance(1s);

    EXPECT_EQ(seen.ended, 1);
    EXPECT_EQ(seen.alive, 0);
  });
}

struct Sleeper {
  Sleeper(Seen* its_seen, SimulatedRuntime* its_runtime)
      : seen(its_seen), runtime(its_runtime), began(its_runtime->now()) {}
  void run() {
    EXPECT_FALSE(seen->asleep);
    ++seen->begun;
  }
  void handle_hibernate() {
    seen->slept.push_back(elapsed(*runtime, began));
    seen->asleep = true;
    detail::WaitPoint never_signalled;
    never_signalled.wait_until(*runtime->core(), detail::after(runtime->core()->now(), 5s));
    seen->asleep = false;
  }
  Seen* seen;
  SimulatedRuntime* runtime;
  std::chrono::steady_clock::time_point began;
  static constexpr SchedulerOptions options{.hibernate_after = 60s};
  static constexpr auto jobs =
      poolder::jobs(job<&Sleeper::run>("hourly", 1h), job<&Sleeper::run>("by hand"));
};

TEST(SchedulerHibernation, ComesOnceInEachIdleTime) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    SimulatedRuntime runtime{seed};
    Scheduler<Sleeper> scheduler{runtime, &seen, &runtime};

    runtime.advance(2h + 30min);

    EXPECT_EQ(seen.slept, (std::vector<Duration>{60s, 1h + 60s, 2h + 60s}));
    EXPECT_EQ(seen.begun, 2);
  });
}

TEST(SchedulerHibernation, CountsItsIdleTimeFromARunThatWasGivenUp) {
  struct Light {
    explicit Light(std::vector<Duration>* its_slept, SimulatedRuntime* its_runtime)
        : slept(its_slept), runtime(its_runtime), began(its_runtime->now()) {}
    void handle_hibernate() { slept->push_back(elapsed(*runtime, began)); }
    std::vector<Duration>* slept;
    SimulatedRuntime* runtime;
    std::chrono::steady_clock::time_point began;
  };
  for_each_seed([](std::uint64_t seed) {
    std::vector<Duration> slept;
    SimulatedRuntime runtime{seed};
    Scheduler<Light> scheduler{
        runtime,
        {.retry = {.max_attempts = 3, .backoff = 1h}, .hibernate_after = 10min},
        &slept,
        &runtime};
    scheduler.schedule("job", infinity, [] { throw Planned{}; });
    scheduler.run_now("job");
    runtime.advance(50min);
    EXPECT_TRUE(slept.empty()) << "a run is under way";

    scheduler.cancel("job");
    runtime.advance(1h);

    EXPECT_EQ(slept, std::vector<Duration>{60min});
  });
}

TEST(SchedulerHibernation, NoJobRunsMeanwhileAndNoneIsLost) {
  for_each_seed([](std::uint64_t seed) {
    Seen seen;
    SimulatedRuntime runtime{seed};
    Scheduler<Sleeper> scheduler{runtime, &seen, &runtime};
    runtime.advance(61s);
    EXPECT_TRUE(seen.asleep);

    scheduler.run_now("by hand");
    runtime.run_until_idle();
    EXPECT_EQ(seen.begun, 0);
    if (seed % 2 == 0) {
      scheduler.stop();
      EXPECT_FALSE(seen.asleep);
      return;
    }
    EXPECT_TRUE(scheduler.drain(1min));

    EXPECT_EQ(seen.begun, 1);
    runtime.advance(2min);
    EXPECT_EQ(seen.slept.size(), 2u);
  });
}

}  // namespace
