// Who borrows, how they end, and what becomes of what they had.

#include "lease/depot.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Hold {};  // while the handler runs, which is long, deaf to its stop token
struct Keep {};  // in the worker
struct Nap {};   // long and deaf, with what the worker keeps
struct Crash {};
struct Wait {};     // for a lease, then ends
struct HandOut {};  // as the reply
struct Pass {
  ThingLease lease;
};

struct Stage;

struct Borrower {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  Borrower(ThingPool* its_pool, Runtime* its_runtime) : pool(its_pool), runtime(its_runtime) {}

  void handle_job(Hold) {
    const auto lease = pool->acquire();
    sleep_in(*runtime, 1h);
  }
  void handle_job(Keep) { kept.emplace_back(pool->acquire()); }
  void handle_job(Nap) { sleep_in(*runtime, 1h); }
  void handle_job(Crash) { throw Planned{}; }
  void handle_job(Wait) { const auto lease = pool->acquire(infinity); }
  void handle_job(Pass&& passed) { kept.push_back(std::move(passed.lease)); }
  ThingLease handle_call(HandOut) { return pool->acquire(); }

  ThingPool* pool;
  Runtime* runtime;
  std::vector<ThingLease> kept;
};

struct Stage : DepotStage {
  explicit Stage(std::uint64_t seed, LeasePoolOptions options = {.size = 2})
      : DepotStage(seed), pool(runtime, options, &depot) {}

  ThingPool pool;
  Pool<Borrower> workers{runtime, PoolOptions{.size = 1, .restart = lenient, .shutdown = infinity},
                         &pool, &runtime};
};

TEST(LeaseBorrower, ALeaseThatIsDestroyedWhileUnwindingIsDiscarded) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};

    EXPECT_THROW(
        {
          const auto lease = stage.pool.acquire();
          throw Planned{};
        },
        Planned);
    EXPECT_EQ(stage.pool.stats().discarded, 1u);
  });
}

TEST(LeaseBorrower, ALeaseThatIsAcquiredAndEndsWhileUnwindingGoesBack) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    struct AcquiresAtItsEnd {
      ThingPool& pool;
      ~AcquiresAtItsEnd() { const auto lease = pool.acquire(); }
    };

    EXPECT_THROW(
        {
          const AcquiresAtItsEnd last{stage.pool};
          throw Planned{};
        },
        Planned);
    EXPECT_EQ(stage.pool.stats().discarded, 0u);
    expect_status(stage.pool.status(), 2, 0);
  });
}

TEST(LeaseBorrower, AMoveCountsTheExceptionsAnew) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    struct MovesAtItsEnd {
      ThingLease lease;
      ~MovesAtItsEnd() { const ThingLease mine = std::move(lease); }
    };

    EXPECT_THROW(
        {
          const MovesAtItsEnd last{stage.pool.acquire()};
          throw Planned{};
        },
        Planned);
    EXPECT_EQ(stage.pool.stats().discarded, 0u);
  });
}

TEST(LeaseBorrower, AssigningGivesBackWhatWasThere) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};

    auto first = stage.pool.acquire();
    auto second = stage.pool.acquire();
    const int id = id_of(second);
    first = std::move(second);
    EXPECT_EQ(id_of(first), id);
    EXPECT_FALSE(second);
    expect_status(stage.pool.status(), 1, 1);
    auto& same = first;
    first = std::move(same);
    EXPECT_TRUE(first);
  });
}

TEST(LeaseBorrower, AKilledHandlersCapacityIsFreeAtOnce) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    stage.workers.cast(Hold{});
    while (stage.pool.status().busy == 0) stage.runtime.advance(1ms);
    const auto other = stage.pool.acquire();

    stage.workers.kill(stage.workers.worker(0));
    expect_status(stage.pool.status(), 0, 1);
    const auto third = stage.pool.acquire(0s);
    EXPECT_EQ(stage.depot.alive(), 3);  // the stuck handler has one still
    stage.runtime.advance(2h);
    EXPECT_EQ(stage.depot.alive(), 2);
    expect_status(stage.pool.status(), 0, 2);
    EXPECT_EQ(stage.pool.stats().discarded, 1u);
  });
}

TEST(LeaseBorrower, WhoWaitsIsServedWhenTheHolderIsKilled) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1}};
    stage.workers.cast(Hold{});
    while (stage.pool.status().busy == 0) stage.runtime.advance(1ms);
    auto waiting = stage.pool.acquire_async(infinity);

    stage.workers.kill(stage.workers.worker(0));
    EXPECT_EQ(id_of(waiting.get(1s)), 2);
  });
}

TEST(LeaseBorrower, WhatAWorkerKeepsIsDiscardedWhenItCrashes) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    stage.workers.cast(Keep{});
    stage.workers.cast(Keep{});
    stage.workers.cast(Crash{});
    stage.runtime.run_until_idle();

    expect_status(stage.pool.status(), 2, 0);
    EXPECT_EQ(stage.depot.made, 4);
    EXPECT_EQ(stage.depot.alive(), 2);
    EXPECT_EQ(stage.pool.stats().discarded, 2u);
  });
}

TEST(LeaseBorrower, WhatAWorkerKeepsIsFreeAtOnceWhenALaterHandlerIsKilled) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1}};
    stage.workers.cast(Keep{});
    stage.workers.cast(Nap{});
    stage.runtime.advance(1min);

    stage.workers.kill(stage.workers.worker(0));
    EXPECT_EQ(id_of(stage.pool.acquire(1s)), 2);
    stage.runtime.advance(2h);
    EXPECT_EQ(stage.depot.alive(), 1);
  });
}

TEST(LeaseBorrower, WhatAWorkerKeepsGoesBackWhenItEndsWell) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    stage.workers.cast(Keep{});
    stage.runtime.run_until_idle();

    stage.workers.stop();
    expect_status(stage.pool.status(), 2, 0);
    EXPECT_EQ(stage.depot.made, 2);
  });
}

TEST(LeaseBorrower, ALeaseInAMessageBelongsToWhoeverGetsIt) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1}};
    stage.workers.cast(Pass{stage.pool.acquire()});
    stage.workers.cast(Crash{});
    stage.runtime.run_until_idle();

    expect_status(stage.pool.status(), 1, 0);
    EXPECT_EQ(stage.pool.stats().discarded, 1u);
  });
}

TEST(LeaseBorrower, ALeaseInAReplyIsItsWorkersNoMore) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1}};
    auto reply = stage.workers.send_request(HandOut{});
    stage.workers.cast(Crash{});
    stage.runtime.run_until_idle();

    auto lease = reply.get(1s);
    EXPECT_EQ(id_of(lease), 1);
    lease.release();
    expect_status(stage.pool.status(), 1, 0);
    EXPECT_EQ(stage.depot.made, 1);
  });
}

struct Relay {
  Relay(ThingPool* its_pool, Pool<Borrower>* its_target) : pool(its_pool), target(its_target) {}
  void handle_job(int) { target->cast(Pass{pool->acquire()}); }
  ThingPool* pool;
  Pool<Borrower>* target;
};

TEST(LeaseBorrower, ALeaseThatIsSentOnSurvivesItsSender) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1}};
    Pool<Relay> relays{stage.runtime, PoolOptions{.size = 1, .restart = lenient}, &stage.pool,
                       &stage.workers};
    stage.workers.pause();
    relays.cast(1);
    stage.runtime.run_until_idle();
    relays.kill(relays.worker(0));
    stage.runtime.run_until_idle();
    expect_status(stage.pool.status(), 0, 1);
    stage.workers.resume();
    stage.runtime.run_until_idle();

    stage.workers.stop();
    expect_status(stage.pool.status(), 1, 0);
    EXPECT_EQ(stage.depot.made, 1);
  });
}

TEST(LeaseBorrower, AHandOverToAKilledWaiterIsNotLost) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1}};
    auto held = stage.pool.acquire();
    stage.workers.cast(Wait{});
    while (stage.pool.status().waiting == 0) stage.runtime.advance(1ms);

    stage.workers.kill(stage.workers.worker(0));
    held.release();
    EXPECT_EQ(id_of(stage.pool.acquire(1s)), 1);
    expect_status(stage.pool.status(), 1, 0);
  });
}

TEST(LeaseBorrower, ALeaseOutlivesItsPool) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    std::optional<ThingLease> lease;
    {
      ThingPool pool{stage.runtime, LeasePoolOptions{.size = 2, .shutdown = 1s}, &stage.depot};
      lease = pool.acquire();
    }
    EXPECT_EQ(stage.depot.alive(), 1);
    EXPECT_EQ(id_of(*lease), 2);
    EXPECT_EQ(stage.depot.resets, 0);
    const ThingLease moved = std::move(*lease);
  });
}

TEST(LeaseBorrower, TheFuturesOfWhoNeverReadsGiveBack) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1}};
    auto held = stage.pool.acquire();
    {
      const auto unread = stage.pool.acquire_async(infinity);
      const auto unread_too = stage.pool.acquire_async(infinity);
    }
    { auto served = stage.pool.acquire_async(infinity); }
    held.release();
    stage.runtime.run_until_idle();

    expect_status(stage.pool.status(), 1, 0);
    { const auto at_once = stage.pool.acquire_async(); }
    expect_status(stage.pool.status(), 1, 0);
    EXPECT_EQ(stage.depot.made, 1);
  });
}

TEST(LeaseBorrower, AContinuationGetsTheLeaseAndGivesItBack) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1}};
    auto held = stage.pool.acquire();
    int got = 0;
    stage.pool.acquire_async().then(
        [&](Result<ThingLease> result) { got = id_of(result.value()); });
    stage.runtime.advance(1s);
    EXPECT_EQ(got, 0);
    held.release();
    stage.runtime.run_until_idle();

    EXPECT_EQ(got, 1);
    expect_status(stage.pool.status(), 1, 0);
  });
}

}  // namespace
