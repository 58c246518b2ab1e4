// A job whose function holds, perhaps as the last, whoever owns its scheduler: then the scheduler's
// destructor runs where the function is destroyed.

#include <memory>
#include <optional>

#include "support/simulated_sleep.hpp"
#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Bare {};

/// What was true when its scheduler's stop had returned, which its destructor would not let anyone
/// know: that is where a simulation finds a wait that nothing can end.
struct End {
  bool gone = false;
  int running = 0;
};

struct App {
  App(Runtime& its_runtime, End& its_end, Duration shutdown)
      : runtime(its_runtime),
        end(its_end),
        scheduler(std::in_place, its_runtime,
                  SchedulerOptions{.name = "app", .shutdown = shutdown}) {}
  ~App() {
    EXPECT_EQ(error_of([&] { scheduler->stop(); }), std::nullopt);
    scheduler.reset();
    end.gone = true;
    end.running = running;
  }

  Runtime& runtime;
  End& end;
  int running = 0;
  std::optional<Scheduler<Bare>> scheduler;
};

TEST(OwnedScheduler, EndsWithItsRuntime) {
  for_each_seed([](std::uint64_t seed) {
    End end;
    {
      SimulatedRuntime runtime{seed};
      auto app = std::make_shared<App>(runtime, end, infinity);
      app->scheduler->schedule("job", 10ms, [app] {});
      app.reset();
      runtime.advance(50ms);
    }

    EXPECT_TRUE(end.gone);
  });
}

TEST(OwnedScheduler, IsStoppedByARefAtOnce) {
  for_each_seed([](std::uint64_t seed) {
    End end;
    SimulatedRuntime runtime{seed};
    auto app = std::make_shared<App>(runtime, end, infinity);
    for (const char* name : {"a", "b"}) app->scheduler->schedule(name, 10ms, [app] {});
    const auto ref = runtime.find<Scheduler<Bare>>("app");
    app.reset();
    runtime.advance(seed % 30 * 1ms);
    const auto before = runtime.now();

    ref->stop();

    EXPECT_TRUE(end.gone);
    EXPECT_EQ(runtime.now(), before);
    EXPECT_FALSE(runtime.find<Scheduler<Bare>>("app"));
  });
}

TEST(OwnedScheduler, GoesWithTheLastRunOfAJobThatEndsItself) {
  for_each_seed([](std::uint64_t seed) {
    End end;
    SimulatedRuntime runtime{seed};
    {
      const auto app = std::make_shared<App>(runtime, end, infinity);
      app->scheduler->schedule("job", 10ms, [app] { return stop_this(); });
    }
    runtime.advance(10ms);

    EXPECT_TRUE(end.gone);
    EXPECT_FALSE(runtime.find<Scheduler<Bare>>("app"));
  });
}

TEST(OwnedScheduler, GoesWithAJobThatIsCancelled) {
  for_each_seed([](std::uint64_t seed) {
    End end;
    SimulatedRuntime runtime{seed};
    auto app = std::make_shared<App>(runtime, end, infinity);
    app->scheduler->schedule("job", 10ms, [app] {});
    const auto ref = runtime.find<Scheduler<Bare>>("app");
    app.reset();
    runtime.advance(seed % 30 * 1ms);

    seed % 2 == 0 ? ref->cancel("job") : ref->cancel_all();
    runtime.run_until_idle();

    EXPECT_TRUE(end.gone);
  });
}

// Whoever is being destroyed may be in use by them.
TEST(OwnedScheduler, WaitsForTheJobsThatStillRun) {
  for_each_seed([](std::uint64_t seed) {
    End end;
    SimulatedRuntime runtime{seed};
    auto app = std::make_shared<App>(runtime, end, infinity);
    const auto busy = [&its = *app] {
      ++its.running;
      sleep_in(its.runtime, 1s);
      --its.running;
    };
    app->scheduler->schedule("busy", 10ms, busy);
    app->scheduler->schedule("owner", 1h, [app] {});
    const auto ref = runtime.find<Scheduler<Bare>>("app");
    app.reset();
    runtime.advance(10ms);

    seed % 2 == 0 ? ref->stop() : ref->cancel("owner");

    EXPECT_TRUE(end.gone);
    EXPECT_EQ(end.running, 0);
    EXPECT_EQ(ref->drain(0s), true);
  });
}

TEST(OwnedScheduler, WaitsForThemNoLongerThanTheShutdownTime) {
  for_each_seed([](std::uint64_t seed) {
    End end;
    detail::WaitPoint release;
    SimulatedRuntime runtime{seed};
    auto app = std::make_shared<App>(runtime, end, 2s);
    app->scheduler->schedule("stuck", 10ms,
                             [&] { release.wait_until(*runtime.core(), detail::never); });
    app->scheduler->schedule("owner", 1h, [app] {});
    const auto ref = runtime.find<Scheduler<Bare>>("app");
    app.reset();
    runtime.advance(10ms);
    const auto before = runtime.now();

    ref->stop();

    EXPECT_TRUE(end.gone);
    EXPECT_EQ(runtime.now() - before, 2s);
    release.signal();
    runtime.run_until_idle();
  });
}

}  // namespace
