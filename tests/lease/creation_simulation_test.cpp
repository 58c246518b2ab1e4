// How resources come and go: at the start and on demand, slowly or not at all, too idle or too old.

#include "lease/depot.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

template <class Pool = ThingPool>
struct Stage : DepotStage {
  Stage(std::uint64_t seed, LeasePoolOptions options, bool refuses = false) : DepotStage(seed) {
    depot.refuses = refuses;
    pool.emplace(runtime, options, &depot);
  }
  std::optional<Pool> pool;
};

TEST(LeaseCreation, ALazyPoolMakesWhatIsAskedForAndKeepsIt) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 3, .lazy = true}};

    EXPECT_EQ(stage.depot.made, 0);
    EXPECT_EQ(stage.pool->status().state, State::ready);
    acquire_some(*stage.pool, 2);
    expect_status(stage.pool->status(), 2, 0);
    stage.pool->acquire().discard();
    stage.runtime.run_until_idle();
    expect_status(stage.pool->status(), 2, 0);
    EXPECT_EQ(stage.depot.made, 3);
    auto all = acquire_some(*stage.pool, 3);
    EXPECT_EQ(stage.pool->status().state, State::full);
    EXPECT_FALSE(stage.pool->try_acquire());
  });
}

TEST(LeaseCreation, AFailureIsTriedAgainAndCallersGetTheirDeadline) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 2, .retry_interval = 10ms}, true};
    const auto start = stage.runtime.now();

    EXPECT_EQ(error_of([&] { return stage.pool->acquire(95ms); }), ErrorCode::timeout);
    EXPECT_EQ(elapsed(stage.runtime, start), 95ms);
    EXPECT_EQ(stage.pool->stats().failed, 10u);  // at the start, and each 10 ms
    EXPECT_NE(words_of([&] { (void)stage.pool->acquire(1ms); }).find("planned"), std::string::npos);
    stage.depot.refuses = false;
    const auto lease = stage.pool->acquire(50ms);
    stage.runtime.run_until_idle();
    expect_status(stage.pool->status(), 1, 1);
    EXPECT_EQ(stage.depot.made, 2);
  });
}

TEST(LeaseCreation, WhatFailedOnDemandDoesNotMakeThePoolGrow) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1, .max_overflow = 1, .retry_interval = 10ms}};
    auto held = stage.pool->acquire();
    stage.depot.refuses = true;
    for (int i = 0; i < 4; ++i)
      EXPECT_EQ(error_of([&] { return stage.pool->acquire(25ms); }), ErrorCode::timeout);
    EXPECT_FALSE(stage.pool->try_acquire());
    stage.depot.refuses = false;
    stage.runtime.advance(1s);
    held.release();

    expect_status(stage.pool->status(), 1, 0);
    EXPECT_EQ(stage.depot.made, 1);
    auto both = acquire_some(*stage.pool, 2);
    EXPECT_FALSE(stage.pool->try_acquire());
  });
}

TEST(LeaseCreation, ASlowOneHoldsUpNobodyWhoCanBeServed) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1, .max_overflow = 1}};
    auto held = stage.pool->acquire();
    stage.depot.making_takes = 1h;
    auto waiting = stage.pool->acquire_async(infinity);
    stage.runtime.advance(1min);
    held.release();

    ASSERT_TRUE(waiting.ready());
    EXPECT_EQ(id_of(waiting.get()), 1);
    expect_status(stage.pool->status(), 1, 0);
    stage.runtime.advance(2h);
    expect_status(stage.pool->status(), 1, 0);
    EXPECT_EQ(stage.depot.made, 2);
    EXPECT_EQ(stage.depot.alive(), 1);
  });
}

TEST(LeaseCreation, LingeringOverflowIsUsedAgainAndGoesWithTime) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1, .max_overflow = 2, .overflow_linger = 200ms}};
    acquire_some(*stage.pool, 3);
    expect_status(stage.pool->status(), 3, 0, 2);

    stage.runtime.advance(150ms);
    acquire_some(*stage.pool, 2);
    stage.runtime.advance(100ms);
    expect_status(stage.pool->status(), 2, 0, 1);  // the one that was not used again has gone
    stage.runtime.advance(150ms);
    expect_status(stage.pool->status(), 1, 0);
    stage.runtime.advance(1h);
    expect_status(stage.pool->status(), 1, 0);
    EXPECT_EQ(stage.depot.made, 3);
  });
}

TEST(LeaseCreation, OverflowMayLingerForEver) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1, .max_overflow = 2, .overflow_linger = infinity}};
    acquire_some(*stage.pool, 3);
    stage.runtime.advance(10'000h);

    expect_status(stage.pool->status(), 3, 0, 2);
  });
}

TEST(LeaseCreation, WhatIsIdleTooLongIsClosedDownToMinSizeAndMadeAgainOnDemand) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 4, .min_size = 1, .max_idle = 1min}};
    stage.runtime.advance(30s);
    auto busy = stage.pool->acquire();
    stage.runtime.advance(31s);
    expect_status(stage.pool->status(), 0, 1);
    busy.release();
    stage.runtime.advance(1h);
    expect_status(stage.pool->status(), 1, 0);

    auto all = acquire_some(*stage.pool, 4);
    EXPECT_EQ(stage.pool->status().state, State::full);
    all.clear();
    expect_status(stage.pool->status(), 4, 0);
    stage.runtime.advance(2min);
    expect_status(stage.pool->status(), 1, 0);
  });
}

TEST(LeaseCreation, WhatIsTooOldIsReplacedWhenItComesBack) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1, .max_lifetime = 1min}};
    stage.runtime.advance(50s);
    auto lease = stage.pool->acquire();
    stage.runtime.advance(5s);
    lease.release();
    EXPECT_EQ(id_of(lease = stage.pool->acquire()), 1);
    stage.runtime.advance(5s);
    lease.release();

    EXPECT_EQ(id_of(stage.pool->acquire()), 2);
    EXPECT_EQ(stage.pool->stats().retired, 1u);
    EXPECT_EQ(stage.pool->stats().discarded, 0u);
  });
}

TEST(LeaseHooks, AnUnhealthyOneIsReplacedBeforeItIsLent) {
  for_each_seed([](std::uint64_t seed) {
    Stage<CheckedThingPool> stage{seed, {.size = 2}};
    for (auto& each : acquire_some(*stage.pool, 2)) (*each)->broken = true;
    stage.depot.resets = 0;

    const auto lease = stage.pool->acquire();
    EXPECT_GT(id_of(lease), 2);
    stage.runtime.run_until_idle();
    EXPECT_EQ(stage.depot.alive(), 2);
    EXPECT_EQ(stage.depot.discards, 2);
    EXPECT_EQ(stage.pool->stats().discarded, 2u);
  });
}

TEST(LeaseHooks, ACheckedOneIsHandedOverAndAnUnhealthyOneIsNot) {
  for_each_seed([](std::uint64_t seed) {
    Stage<CheckedThingPool> stage{seed, {.size = 1}};
    auto held = stage.pool->acquire();
    auto waiting = stage.pool->acquire_async(1s);
    auto later = stage.pool->acquire_async(1s);
    held.release();
    auto first = waiting.get();
    EXPECT_EQ(id_of(first), 1);
    (*first)->broken = true;
    first.release();

    EXPECT_EQ(id_of(later.get()), 2);
  });
}

TEST(LeaseHooks, ASlowCheckHoldsUpItsBorrowerAlone) {
  for_each_seed([](std::uint64_t seed) {
    Stage<CheckedThingPool> stage{seed, {.size = 2}};
    struct User {
      explicit User(CheckedThingPool* its_pool) : pool(its_pool) {}
      int handle_call(int) { return id_of(pool->acquire(1s)); }
      CheckedThingPool* pool;
    };
    Pool<User> users{stage.runtime, PoolOptions{.size = 2}, &*stage.pool};
    stage.depot.checking_takes = 1h;
    auto slow = users.send_request(1, {.timeout = infinity});
    stage.runtime.advance(1min);
    stage.depot.checking_takes = 0s;

    EXPECT_EQ(users.call(1), 1);
    expect_status(stage.pool->status(), 1, 1);
    EXPECT_EQ(slow.get(), 2);
  });
}

TEST(LeaseHooks, AThrowingResetDiscards) {
  for_each_seed([](std::uint64_t seed) {
    Stage<CheckedThingPool> stage{seed, {.size = 1}};
    { const auto fine = stage.pool->acquire(); }
    {
      const auto broken = stage.pool->acquire();
      (*broken)->broken = true;
    }

    EXPECT_EQ(id_of(stage.pool->acquire()), 2);
    EXPECT_EQ(stage.pool->stats().discarded, 1u);
    EXPECT_EQ(stage.depot.discards, 1);
  });
}

TEST(LeaseHooks, WhatIsDiscardedIsNotReset) {
  for_each_seed([](std::uint64_t seed) {
    Stage<CheckedThingPool> stage{seed, {.size = 1}};
    stage.pool->acquire().discard();

    EXPECT_EQ(stage.depot.resets, 0);
    EXPECT_EQ(stage.depot.discards, 1);
  });
}

}  // namespace
