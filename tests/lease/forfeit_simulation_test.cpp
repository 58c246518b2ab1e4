// What a worker had that failed or was killed, while its handler has it still.

#include "lease/depot.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

using CountedPool = LeasePool<CountedThings>;
using CountedLease = Lease<Things::Resource>;

struct Keep {};
struct Crash {};
struct Hold {};
struct Use {};      // for a second, then gives it back
struct AskLate {};  // after an hour, by acquire_async, and holds it

struct Borrower {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  Borrower(CountedPool* its_pool, Runtime* its_runtime) : pool(its_pool), runtime(its_runtime) {}

  void handle_job(Keep) { kept.push_back(pool->acquire()); }
  void handle_job(Crash) { throw Planned{}; }
  void handle_job(Hold) {
    const auto lease = pool->acquire();
    sleep_in(*runtime, 1h);
  }
  void handle_job(Use) {
    auto lease = pool->acquire();
    sleep_in(*runtime, 1s);
  }
  void handle_job(AskLate) {
    sleep_in(*runtime, 1h);
    const auto lease = pool->acquire_async(1s).get();
    sleep_in(*runtime, 1h);
  }

  CountedPool* pool;
  Runtime* runtime;
  std::vector<CountedLease> kept;
};

struct Stage : DepotStage {
  explicit Stage(std::uint64_t seed, LeasePoolOptions options = {.size = 1, .shutdown = 5s})
      : DepotStage(seed), pool(runtime, options, &depot) {}

  CountedPool pool;
  Pool<Borrower> workers{runtime, PoolOptions{.size = 1, .restart = lenient, .shutdown = infinity},
                         &pool, &runtime};
};

TEST(LeaseForfeit, IsDiscardedByTheHookOnceAndNotReset) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 2}};
    stage.workers.cast(Keep{});
    stage.workers.cast(Keep{});
    stage.workers.cast(Crash{});
    stage.runtime.run_until_idle();

    EXPECT_EQ(stage.depot.resets, 0);
    EXPECT_EQ(stage.depot.discards, 2);
    EXPECT_EQ(stage.pool.stats().discarded, 2u);
    expect_status(stage.pool.status(), 2, 0);
  });
}

TEST(LeaseForfeit, IsDiscardedByTheHookWhenAKilledHandlerEnds) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    stage.workers.cast(Hold{});
    stage.runtime.advance(1min);
    stage.workers.kill(stage.workers.worker(0));
    EXPECT_EQ(stage.depot.discards, 0);
    stage.runtime.advance(2h);

    EXPECT_EQ(stage.depot.resets, 0);
    EXPECT_EQ(stage.depot.discards, 1);
    EXPECT_EQ(stage.pool.stats().discarded, 1u);
  });
}

TEST(LeaseForfeit, KeepsItsDefinitionBeyondTheEndOfThePool) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    stage.workers.cast(Hold{});
    stage.runtime.advance(1min);
    stage.workers.kill(stage.workers.worker(0));
    stage.pool.stop();

    EXPECT_EQ(stage.depot.alive(), 1);
    EXPECT_EQ(stage.depot.definitions, 1);
    stage.runtime.advance(2h);
    EXPECT_EQ(stage.depot.alive(), 0);
    EXPECT_EQ(stage.depot.definitions, 0);
    EXPECT_EQ(stage.depot.discards, 0) << "no hook is called after the stop";
  });
}

TEST(LeaseForfeit, WhileItIsResetThePoolMayEnd) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    stage.depot.resetting_takes = 1h;
    stage.workers.cast(Use{});
    stage.runtime.advance(1min);
    EXPECT_EQ(stage.depot.resets, 1);
    stage.workers.kill(stage.workers.worker(0));
    stage.pool.stop();

    EXPECT_EQ(stage.depot.definitions, 1);
    stage.runtime.advance(2h);
    EXPECT_EQ(stage.depot.definitions, 0);
  });
}

TEST(LeaseForfeit, WhatAKilledHandlerGetsLaterIsForfeitAtOnce) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    stage.workers.cast(AskLate{});
    stage.runtime.advance(1min);
    stage.workers.kill(stage.workers.worker(0));
    stage.runtime.advance(90min);

    expect_status(stage.pool.status(), 1, 0);
    EXPECT_EQ(stage.depot.alive(), 2);
    stage.runtime.advance(2h);
    EXPECT_EQ(stage.depot.alive(), 1);
  });
}

}  // namespace
