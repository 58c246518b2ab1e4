// poolboy's own tests (PB) and what PoolToy's articles show (PT), by the order in which they stand
// there.

#include "lease/depot.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct FairThings : Things {
  using Things::Things;
  template <class T>
  using Idle = Fifo<T>;
};

template <class Pool = ThingPool>
struct Stage : DepotStage {
  Stage(std::uint64_t seed, LeasePoolOptions options)
      : DepotStage(seed), pool(runtime, options, &depot) {}
  Pool pool;
};

TEST(PoolboyScenario, PB01WhatIsTakenIsNotIdle) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 10, .max_overflow = 5}};

    auto first = stage.pool.acquire();
    expect_status(stage.pool.status(), 9, 1);
    auto second = stage.pool.acquire();
    expect_status(stage.pool.status(), 8, 2);
    second.release();
    expect_status(stage.pool.status(), 9, 1);
  });
}

TEST(PoolboyScenario, PB02OverflowGoesAsItComesBack) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 5, .max_overflow = 5}};

    auto leases = acquire_some(stage.pool, 7);
    expect_status(stage.pool.status(), 0, 7, 2);
    EXPECT_EQ(stage.depot.alive(), 7);
    const std::size_t idle[] = {0, 0, 1, 2, 3, 4, 5};
    const std::size_t overflow[] = {1, 0, 0, 0, 0, 0, 0};
    for (std::size_t i = 0; i < 7; ++i) {
      leases[i].release();
      expect_status(stage.pool.status(), idle[i], 6 - i, overflow[i]);
    }
    EXPECT_EQ(stage.depot.alive(), 5);
  });
}

TEST(PoolboyScenario, PB04AWaiterIsServedByTheNextReturn) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 5}};

    auto leases = acquire_some(stage.pool, 5);
    auto waiting = stage.pool.acquire_async(1s);
    expect_status(stage.pool.status(), 0, 5, 0, 1);
    EXPECT_EQ(stage.pool.status().state, State::full);
    const int returned = id_of(leases[0]);
    leases[0].release();
    leases[1].release();
    {
      const auto served = waiting.get();
      EXPECT_EQ(id_of(served), returned);
      expect_status(stage.pool.status(), 1, 4);
    }
    expect_status(stage.pool.status(), 2, 3);
    leases.clear();
    expect_status(stage.pool.status(), 5, 0);
  });
}

TEST(PoolboyScenario, PB07DeathsWhileFullServeTheWaiterAndKeepTheSize) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 5}};

    auto leases = acquire_some(stage.pool, 5);
    auto waiting = stage.pool.acquire_async(1s);
    leases[0].discard();
    const auto served = waiting.get();
    leases[1].discard();
    stage.runtime.run_until_idle();
    expect_status(stage.pool.status(), 1, 4);
    leases[2].discard();
    stage.runtime.run_until_idle();
    expect_status(stage.pool.status(), 2, 3);
    EXPECT_EQ(stage.depot.alive(), 5);
    EXPECT_EQ(stage.depot.made, 8);
  });
}

TEST(PoolboyScenario, PB08NotToWaitFailsWhileAllAreTaken) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 5}};

    auto leases = acquire_some(stage.pool, 5);
    EXPECT_FALSE(stage.pool.try_acquire());
    EXPECT_FALSE(stage.pool.try_acquire());
    const int returned = id_of(leases[3]);
    leases[3].release();
    const auto again = stage.pool.try_acquire();
    ASSERT_TRUE(again);
    EXPECT_EQ(id_of(*again), returned);
    expect_status(stage.pool.status(), 0, 5);
  });
}

TEST(PoolboyScenario, PB09NotToWaitGetsANewOneWithinTheOverflow) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 5, .max_overflow = 5}};

    std::vector<ThingLease> leases;
    while (auto lease = stage.pool.try_acquire()) leases.push_back(std::move(*lease));
    EXPECT_EQ(leases.size(), 10u);
    EXPECT_EQ(stage.pool.status().state, State::full);
    leases.back().release();
    EXPECT_EQ(stage.depot.alive(), 9);
    const auto fresh = stage.pool.try_acquire();
    ASSERT_TRUE(fresh);
    EXPECT_EQ(id_of(*fresh), 11);
    EXPECT_FALSE(stage.pool.try_acquire());
    EXPECT_EQ(stage.pool.status().busy, 10u);
  });
}

/// Takes a lease and ends.
struct Borrower {
  explicit Borrower(ThingPool* its_pool) : pool(its_pool) {}
  int handle_call(bool fails) {
    const auto lease = pool->acquire();
    if (fails) throw Planned{};
    return id_of(lease);
  }
  ThingPool* pool;
};

TEST(PoolboyScenario, PB10AndPT03AHolderThatEndsGivesBack) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 5}};
    Pool<Borrower> borrowers{stage.runtime, PoolOptions{.size = 1}, &stage.pool};

    const int lent = borrowers.call(false);
    expect_status(stage.pool.status(), 5, 0);
    EXPECT_EQ(id_of(stage.pool.acquire()), lent);
    EXPECT_THROW(borrowers.call(true), Planned);
    stage.runtime.run_until_idle();
    expect_status(stage.pool.status(), 5, 0);
    EXPECT_EQ(stage.depot.made, 6);  // ours discards what a failed holder had
  });
}

TEST(PoolboyScenario, PB11AnExceptionInRunPassesAndGivesBack) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 2}};

    EXPECT_THROW(stage.pool.run([&](Things::Resource&) {
      expect_status(stage.pool.status(), 1, 1);
      throw Planned{};
    }),
                 Planned);
    stage.runtime.run_until_idle();
    expect_status(stage.pool.status(), 2, 0);
  });
}

TEST(PoolboyScenario, PB13AWaiterThatWasServedLeavesNothingBehind) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1}};

    for (int i = 0; i < 20; ++i) {
      auto held = stage.pool.acquire();
      auto waiting = stage.pool.acquire_async(1s);
      held.release();
      waiting.get().release();
    }
    stage.runtime.advance(1h);
    expect_status(stage.pool.status(), 1, 0);
    EXPECT_EQ(stage.depot.made, 1);
  });
}

TEST(PoolboyScenario, PB15AndPB16TheLastGivenBackGoesOutFirst) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 3}};

    auto leases = acquire_some(stage.pool, 3);
    for (const int i : {2, 0, 1}) {
      const int id = id_of(leases[static_cast<std::size_t>(i)]);
      leases[static_cast<std::size_t>(i)].release();
      EXPECT_EQ(id_of(stage.pool.acquire()), id);
    }
  });
}

TEST(PoolboyScenario, PB17WithFifoTheyTakeTurns) {
  for_each_seed([](std::uint64_t seed) {
    Stage<LeasePool<FairThings>> stage{seed, {.size = 2}};

    const int first = id_of(stage.pool.acquire());
    EXPECT_NE(id_of(stage.pool.acquire()), first);
    EXPECT_EQ(id_of(stage.pool.acquire()), first);
  });
}

TEST(PoolboyScenario, PB19AndPB20ATimeoutOfZeroLosesNothing) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1}};

    EXPECT_EQ(stage.pool.run([](Things::Resource& thing) { return thing->id(); }, 0s), 1);
    expect_status(stage.pool.status(), 1, 0);
    const auto held = stage.pool.acquire();
    for (int i = 0; i < 5; ++i)
      EXPECT_EQ(error_of([&] { return stage.pool.run([](auto&) { return 0; }, 0s); }),
                ErrorCode::timeout);
    expect_status(stage.pool.status(), 0, 1);
    EXPECT_EQ(stage.pool.stats().timeouts, 5u);
  });
}

TEST(PoolToyScenario, PT01TheThirdOfTwoIsRefused) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 2}};

    const auto first = stage.pool.try_acquire(), second = stage.pool.try_acquire();
    ASSERT_TRUE(first && second);
    EXPECT_NE(id_of(*first), id_of(*second));
    EXPECT_FALSE(stage.pool.try_acquire());
  });
}

TEST(PoolToyScenario, PT05CapacityIsNotLostWithWhatIsFoundDead) {
  for_each_seed([](std::uint64_t seed) {
    Stage<CheckedThingPool> stage{seed, {.size = 2}};
    {
      const auto lease = stage.pool.acquire();
      (*lease)->broken = true;
    }

    const auto leases = acquire_some(stage.pool, 2);
    expect_status(stage.pool.status(), 0, 2);
    for (const auto& each : leases) EXPECT_FALSE((*each)->broken);
  });
}

TEST(PoolToyScenario, PT06WhatIsNotLentCanNotBeGivenBack) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 2}};

    auto lease = stage.pool.acquire();
    lease.release();
    const auto next = stage.pool.acquire();
    lease.release();
    lease.discard();
    expect_status(stage.pool.status(), 1, 1);
    EXPECT_EQ(stage.pool.stats().discarded, 0u);
    EXPECT_FALSE(lease);
  });
}

TEST(PoolToyScenario, PT09ADuplicateNameIsRefused) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.name = "toys", .size = 1}};

    const auto second = [&] {
      ThingPool{stage.runtime, LeasePoolOptions{.name = "toys"}, &stage.depot};
    };
    EXPECT_EQ(error_of(second), ErrorCode::already_exists);
    EXPECT_EQ(stage.depot.made, 1);
  });
}

TEST(PoolToyScenario, PT10PoolsOfDifferentKindsRunSideBySide) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.name = "first", .size = 2}};
    Depot fair_depot{.runtime = &stage.runtime};
    LeasePool<FairThings> fair{stage.runtime, {.name = "second", .size = 3}, &fair_depot};

    const auto leases = acquire_some(stage.pool, 2);
    EXPECT_EQ(error_of([&] { return stage.pool.acquire(1ms); }), ErrorCode::timeout);
    const auto others = acquire_some(fair, 3);
    expect_status(fair.status(), 0, 3);
    EXPECT_TRUE(stage.runtime.find<ThingPool>("first"));
    EXPECT_TRUE(stage.runtime.find<LeasePool<FairThings>>("second"));
    EXPECT_FALSE(stage.runtime.find<ThingPool>("second"));
  });
}

TEST(PoolToyScenario, PT11AStoppedPoolsNameIsFreeAndOthersServe) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.name = "first", .size = 1}};
    ThingPool other{stage.runtime, LeasePoolOptions{.name = "other", .size = 1}, &stage.depot};

    stage.pool.stop();
    stage.pool.stop();
    EXPECT_FALSE(stage.runtime.find<ThingPool>("first"));
    EXPECT_EQ(error_of([&] { return stage.pool.acquire(); }), ErrorCode::stopped);
    EXPECT_TRUE(other.acquire());
    ThingPool successor{stage.runtime, LeasePoolOptions{.name = "first", .size = 1}, &stage.depot};
    EXPECT_TRUE(successor.acquire());
  });
}

}  // namespace
