// A handler that was killed, and goes on: to its pool a stranger.

#include "support/simulated_sleep.hpp"
#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

/// Calls `then` after that time, deaf to what it is asked.
struct Work {
  Duration time;
  std::function<void()> then;
};

struct Worker {
  explicit Worker(SimulatedRuntime* its_runtime) : runtime(its_runtime) {}
  void handle_job(const Work& work) { handle_call(work); }
  void handle_call(const Work& work) {
    if (work.time > 0s) sleep_in(*runtime, work.time);
    if (work.then) work.then();
  }
  SimulatedRuntime* runtime;
};

struct Scene {
  explicit Scene(std::uint64_t seed)
      : runtime(seed),
        pool(runtime,
             PoolOptions{.size = 2, .restart = lenient, .shutdown = infinity, .inline_calls = true},
             &runtime) {}

  /// Has a handler of worker 0 killed, which calls `then` half a second later; its successor is at
  /// work for a second.
  void kill_one(std::function<void()> then) {
    pool.cast(Work{1s, std::move(then)}, Route::index(0));
    runtime.advance(500ms);
    pool.kill(pool.worker(0));
    pool.cast(Work{1s, [this] { successor_ended = true; }}, Route::index(0));
  }

  SimulatedRuntime runtime;
  Pool<Worker> pool;
  bool successor_ended = false, returned = false;
};

TEST(KilledHandler, WaitsInStopForItsSuccessorAndNotForItself) {
  for_each_seed([](std::uint64_t seed) {
    Scene scene{seed};
    scene.kill_one([&] {
      scene.pool.stop();
      EXPECT_TRUE(scene.successor_ended);
      scene.returned = true;
    });

    scene.runtime.advance(10s);

    EXPECT_TRUE(scene.returned);
    EXPECT_EQ(error_of([&] { scene.pool.cast(Work{}); }), ErrorCode::stopped);
  });
}

TEST(KilledHandler, MayStopAPoolOfWhichNothingElseIsLeft) {
  for_each_seed([](std::uint64_t seed) {
    Scene scene{seed};
    for (std::size_t i = 0; i < 2; ++i) {
      scene.pool.cast(Work{1s, [&] { scene.pool.stop(); }}, Route::index(i));
      scene.runtime.advance(100ms);
      scene.pool.kill(scene.pool.worker(i));
    }
    scene.runtime.advance(10s);
    scene.pool.stop();
  });
}

TEST(KilledHandler, MayDrainItsPool) {
  for_each_seed([](std::uint64_t seed) {
    Scene scene{seed};
    scene.kill_one([&] {
      EXPECT_TRUE(scene.pool.drain(10s));
      EXPECT_TRUE(scene.successor_ended);
      scene.returned = true;
    });

    scene.runtime.advance(10s);

    EXPECT_TRUE(scene.returned);
  });
}

TEST(KilledHandler, IsNoStrangerInAnotherHandlerThatRunsOnItsThread) {
  for_each_seed([](std::uint64_t seed) {
    Scene scene{seed};
    scene.kill_one([&] {
      const auto drain = [&] {
        EXPECT_EQ(error_of([&] { scene.pool.drain(1s); }), ErrorCode::would_deadlock);
        scene.returned = true;
      };
      scene.pool.call(Work{0s, drain}, {.route = Route::index(1)});
    });

    scene.runtime.advance(10s);

    EXPECT_TRUE(scene.returned);
  });
}

}  // namespace
