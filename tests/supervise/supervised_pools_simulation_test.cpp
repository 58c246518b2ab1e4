// Pools under a supervisor: restarted in place when they have given up.

#include <optional>

#include "supervise/actor.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Job {};
struct Crash {};
struct Hang {};
struct Leave {};

struct Fragile {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  void handle_job(Job) { ++worked; }
  void handle_job(Crash) { throw Planned{}; }
  void handle_job(Hang, Context& context) {
    context.sleep(1h);
    context.sleep(1h);  // asked to stop or not
    detail::WaitPoint nothing;
    nothing.wait_until(*runtime->core(), detail::after(runtime->core()->now(), 1h));
  }
  Next handle_job(Leave) { return stop_pool(); }
  int handle_call(Job) { return worked; }

  explicit Fragile(Runtime* its_runtime) : runtime(its_runtime) {}
  Runtime* runtime;
  int worked = 0;
};
using Fragiles = Pool<Fragile>;

PoolOptions options(std::string_view name, Duration shutdown = 5s) {
  return {
      .name = name, .size = 2, .restart = {.max_restarts = 1, .period = 1h}, .shutdown = shutdown};
}

void crash_for_good(SimulatedRuntime& runtime, Fragiles& pool) {
  pool.cast(Crash{});
  pool.cast(Crash{});
  runtime.run_until_idle();
}

TEST(SupervisedPools, OneThatGaveUpIsRestartedInPlace) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Supervisor app{runtime,
                   {.max_restarts = 2},
                   child<Fragiles>(options("first"), &runtime),
                   child<Fragiles>(options("second"), &runtime)};
    auto& first = app.get<Fragiles>("first");
    auto& second = app.get<Fragiles>("second");
    const Ref<Fragiles> held = runtime.find<Fragiles>("first");
    second.cast(Job{});

    for (int life = 1; life <= 2; ++life) {
      crash_for_good(runtime, first);
      first.broadcast(Job{});
      EXPECT_EQ(held->call(Job{}), 1);
    }
    EXPECT_TRUE(app.running());
    EXPECT_EQ(second.stats().processed, 1u);
    crash_for_good(runtime, first);

    EXPECT_FALSE(app.running());
    EXPECT_EQ(error_of([&] { first.cast(Job{}); }), ErrorCode::stopped);
    EXPECT_EQ(error_of([&] { second.cast(Job{}); }), ErrorCode::stopped);
  });
}

TEST(SupervisedPools, TheStrategyHoldsForPoolsToo) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    const auto strategy = static_cast<Strategy>(seed % 3);
    Supervisor app{runtime,
                   {.strategy = strategy},
                   child<Fragiles>(options("a"), &runtime),
                   child<Fragiles>(options("b"), &runtime),
                   child<Fragiles>(options("c"), &runtime)};
    const std::array pools{&app.get<Fragiles>("a"), &app.get<Fragiles>("b"),
                           &app.get<Fragiles>("c")};
    std::array<Pid, 3> before;
    for (std::size_t i = 0; i < 3; ++i) before[i] = pools[i]->worker(0);

    crash_for_good(runtime, *pools[1]);

    EXPECT_EQ(pools[0]->worker(0) == before[0], strategy != Strategy::one_for_all);
    EXPECT_NE(pools[1]->worker(0), before[1]);
    EXPECT_EQ(pools[2]->worker(0) == before[2], strategy == Strategy::one_for_one);
    for (Fragiles* each : pools) each->cast(Job{});
    EXPECT_EQ(app.count(), 3u);
  });
}

TEST(SupervisedPools, APermanentOneThatIsStoppedComesBackAndATransientOneDoesNot) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    const bool permanent = seed % 2 == 0;
    Supervisor app{runtime,
                   {},
                   child<Fragiles>(
                       ChildOptions{.restart = permanent ? Restart::permanent : Restart::transient},
                       options("pool"), &runtime)};
    auto& pool = app.get<Fragiles>();

    if (seed % 4 < 2) {
      pool.stop();
    } else {
      pool.cast(Leave{});
    }
    runtime.run_until_idle();

    EXPECT_EQ(app.count(), permanent ? 1u : 0u);
    EXPECT_EQ(error_of([&] { pool.cast(Job{}); }).has_value(), !permanent);
  });
}

// The pool would wait for an hour.
TEST(SupervisedPools, AHandlerThatDoesNotEndIsLeftBehindAtTheChildsShutdownTime) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    const Duration patience = std::chrono::milliseconds{seed % 3 * 10};
    Supervisor app{
        runtime,
        {.strategy = Strategy::one_for_all},
        child<Fragiles>(ChildOptions{.shutdown = patience}, options("stuck", 1h), &runtime),
        child<Fragiles>(options("other"), &runtime)};
    auto& stuck = app.get<Fragiles>("stuck");
    stuck.cast(Hang{});
    runtime.run_until_idle();
    const auto began = runtime.now();

    crash_for_good(runtime, app.get<Fragiles>("other"));
    runtime.advance(patience + 2ms);

    EXPECT_EQ(stuck.call(Job{}), 0);
    EXPECT_LE(elapsed(runtime, began), patience + 2ms);
    EXPECT_EQ(app.count(), 2u);
    stuck.cast(Hang{});
    runtime.run_until_idle();
    const auto stopped = runtime.now();
    app.stop();
    EXPECT_LE(elapsed(runtime, stopped), patience + 2ms);
  });
}

}  // namespace
