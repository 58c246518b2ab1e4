// Killed handlers that go on, and ask their own pool: they are strangers to it.

#include <utility>
#include <vector>

#include "support/simulated_sleep.hpp"
#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Deep {};
struct Plain {};
struct Crash {};
struct Deeper {};

struct Worker;
struct Stage {
  Runtime* runtime = nullptr;
  Pool<Worker>* pool = nullptr;
  Routing routing = Routing::round_robin;
  std::vector<int> replies{};
  int ends = 0;
  bool stops_at_end = false;
};

struct Worker {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};

  explicit Worker(Stage* its_stage) : stage(its_stage) {}
  ~Worker() {
    if (++stage->ends == 1 && stage->stops_at_end) stage->pool->stop();
  }
  /// Does not look at its stop token.
  int handle_call(Deep) {
    sleep_in(*stage->runtime, 10ms);
    stage->replies.push_back(stage->pool->call(Plain{}, {.timeout = 1s, .route = stage->routing}));
    return 1;
  }
  int handle_call(Plain) { return 7; }
  int handle_call(Crash) { throw Planned{}; }
  /// Does not look either, and has its successor crash.
  int handle_call(Deeper) {
    sleep_in(*stage->runtime, 10ms);
    (void)error_of([&] { return stage->pool->call(Crash{}, {.timeout = 1s}); });
    return 1;
  }

  Stage* stage;
};

PoolOptions options_of(bool inline_calls) {
  return {.size = 1, .restart = lenient, .shutdown = 1s, .inline_calls = inline_calls};
}

struct Caller {
  void handle_job(Stage* stage) {
    (void)error_of([&] { return stage->pool->call(Deep{}, {.timeout = 1min}); });
  }
  void handle_job(std::pair<Stage*, Deeper> deeper) {
    (void)error_of([&] { return deeper.first->pool->call(Deeper{}, {.timeout = 1min}); });
  }
};

TEST(KilledCaller, MayCallTheSlotItWasTakenFrom) {
  for (const bool inline_calls : {false, true})
    for (const Routing routing :
         {Routing::round_robin, Routing::least_loaded, Routing::available, Routing::next_available})
      for_each_seed(
          [&](std::uint64_t seed) {
            SimulatedRuntime runtime{seed};
            Stage stage{.runtime = &runtime, .routing = routing};
            Pool<Worker> pool{runtime, options_of(inline_calls), &stage};
            stage.pool = &pool;
            Pool<Caller> callers{runtime, {.size = 1}};
            callers.cast(&stage);
            runtime.advance(5ms);

            pool.kill(pool.worker(0));
            EXPECT_TRUE(callers.drain(1min));
            runtime.advance(1s);

            EXPECT_EQ(stage.replies, std::vector<int>{7});
            EXPECT_EQ(pool.call(Plain{}), 7);
            EXPECT_TRUE(pool.drain(1s));
            const auto start = runtime.now();
            pool.stop();
            EXPECT_EQ(runtime.now(), start);
          },
          250);
}

TEST(WorkersEnd, MayStopThePoolWhereItsCallRanOnTheCallersThread) {
  for (const bool inline_calls : {false, true})
    for_each_seed([&](std::uint64_t seed) {
      SimulatedRuntime runtime{seed};
      Stage stage{.runtime = &runtime, .stops_at_end = true};
      Pool<Worker> pool{runtime, options_of(inline_calls), &stage};
      stage.pool = &pool;
      const auto start = runtime.now();

      EXPECT_THROW(pool.call(Crash{}), Planned);
      pool.stop();

      EXPECT_LT(elapsed(runtime, start), 1s);
      EXPECT_EQ(error_of([&] { pool.call(Plain{}); }), ErrorCode::stopped);
    });
}

// The destructor runs in the successor's slot, inside the killed handler whose slot that was.
TEST(WorkersEnd, MayStopThePoolInsideACallOfAKilledHandler) {
  for (const bool inline_calls : {false, true})
    for_each_seed(
        [&](std::uint64_t seed) {
          SimulatedRuntime runtime{seed};
          Stage stage{.runtime = &runtime, .stops_at_end = true};
          PoolOptions options = options_of(inline_calls);
          options.shutdown = infinity;
          Pool<Worker> pool{runtime, options, &stage};
          stage.pool = &pool;
          Pool<Caller> callers{runtime, {.size = 1}};
          callers.cast(std::pair{&stage, Deeper{}});
          runtime.advance(5ms);

          pool.kill(pool.worker(0));
          EXPECT_TRUE(callers.drain(1min));
          runtime.advance(1s);
          pool.stop();

          EXPECT_EQ(stage.ends, 2);
        },
        250);
}

}  // namespace
