// What stats() say of a handler that runs.

#include "support/simulated_sleep.hpp"
#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Sleep {
  Duration time;
};

struct Sleeper {
  explicit Sleeper(SimulatedRuntime* its_runtime) : runtime(its_runtime) {}
  void handle_job(const Sleep& sleep) { sleep_in(*runtime, sleep.time); }
  SimulatedRuntime* runtime;
};

struct Look {};

/// Asks the pool how long it has been at this.
struct Watcher {
  Watcher(SimulatedRuntime* its_runtime, Pool<Watcher>** its_pool)
      : runtime(its_runtime), pool(its_pool) {}
  Duration handle_call(Look) {
    sleep_in(*runtime, 700ms);
    const WorkerStats stats = (*pool)->stats().workers[0];
    EXPECT_TRUE(stats.busy);
    EXPECT_NE(std::string(stats.task).find("Look"), std::string::npos);
    return stats.runtime;
  }
  SimulatedRuntime* runtime;
  Pool<Watcher>** pool;
};

TEST(AtWork, IsTimedFromWhereItBegan) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Pool<Sleeper> pool{runtime, PoolOptions{.size = 1}, &runtime};
    const auto stats = [&] { return pool.stats().workers[0]; };

    pool.cast(Sleep{1s});
    runtime.advance(300ms);
    EXPECT_EQ(stats().runtime, 300ms);
    runtime.advance(400ms);
    EXPECT_EQ(stats().runtime, 700ms);
    pool.cast(Sleep{1s});
    runtime.advance(400ms);
    EXPECT_EQ(stats().runtime, 100ms) << "the next one";

    runtime.advance(1h);
    EXPECT_FALSE(stats().busy);
    EXPECT_EQ(stats().runtime, 0ms);
  });
}

TEST(AtWork, IsTimedOnTheCallersThreadToo) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Pool<Watcher>* its_pool = nullptr;
    Pool<Watcher> pool{runtime,
                       PoolOptions{.size = 1, .call_timeout = infinity, .inline_calls = true},
                       &runtime, &its_pool};
    its_pool = &pool;

    for (int i = 0; i < 3; ++i) EXPECT_EQ(pool.call(Look{}), 700ms);
  });
}

}  // namespace
