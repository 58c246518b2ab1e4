// What is about to be destroyed, and how many may be alive at a time.

#include "lease/depot.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

template <class Pool = ThingPool>
struct Stage : DepotStage {
  Stage(std::uint64_t seed, LeasePoolOptions options)
      : DepotStage(seed), pool(runtime, options, &depot) {}
  Pool pool;
};

struct Discard {};
struct TryAndHold {};

struct Borrower {
  Borrower(ThingPool* its_pool, Runtime* its_runtime) : pool(its_pool), runtime(its_runtime) {}
  void handle_job(Discard) { pool->acquire(infinity).discard(); }
  void handle_job(TryAndHold) {
    const auto lease = pool->try_acquire();
    EXPECT_TRUE(lease);
    sleep_in(*runtime, 1h);
  }
  ThingPool* pool;
  Runtime* runtime;
};
constexpr PoolOptions one_worker{.size = 1, .shutdown = infinity};

TEST(LeaseClosing, WhatReplacesAResourceIsMadeWhenThatIsGone) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1, .max_overflow = 1}};
    Pool<Borrower> workers{stage.runtime, PoolOptions{.size = 3, .shutdown = infinity}, &stage.pool,
                           &stage.runtime};
    const auto held = stage.pool.acquire();
    stage.depot.ending_takes = 10s;
    for (int i = 0; i < 5; ++i) workers.cast(Discard{});
    stage.runtime.advance(2min);

    EXPECT_EQ(stage.depot.gone, 5);
    EXPECT_EQ(stage.depot.most, 2) << "more than size and max_overflow together were alive";
    stage.depot.ending_takes = 0s;
  });
}

TEST(LeaseClosing, ASlowEndHoldsUpNobodyWhoCanBeServed) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 2}};
    Pool<Borrower> workers{stage.runtime, one_worker, &stage.pool, &stage.runtime};
    stage.depot.ending_takes = 1h;
    workers.cast(Discard{});
    stage.runtime.advance(1ms);

    EXPECT_EQ(stage.depot.gone, 0);
    EXPECT_EQ(id_of(stage.pool.acquire(0s)), 1);
    EXPECT_EQ(
        error_of([&] { return stage.pool.run([&](auto&) { return stage.pool.acquire(1s); }); }),
        ErrorCode::timeout);
    stage.runtime.advance(2h);
    expect_status(stage.pool.status(), 2, 0);
    stage.depot.ending_takes = 0s;
  });
}

TEST(LeaseClosing, WhatIsFoundUnfitEndsElsewhereAndTheDeadlineIsKept) {
  for_each_seed([](std::uint64_t seed) {
    Stage<CheckedThingPool> stage{seed, {.size = 2}};
    {
      auto both = acquire_some(stage.pool, 2);
      both[0].release();
      (*both[1])->broken = true;  // is lent first
      stage.depot.resets = 0;     // of those that are broken each second throws
    }
    stage.depot.ending_takes = 10s;
    const auto start = stage.runtime.now();

    {
      const auto held = stage.pool.acquire(100ms);
      EXPECT_EQ(elapsed(stage.runtime, start), 0ms);
      EXPECT_EQ(error_of([&] { return stage.pool.acquire(100ms); }), ErrorCode::timeout);
      EXPECT_EQ(elapsed(stage.runtime, start), 100ms);
    }
    stage.runtime.advance(1min);
    expect_status(stage.pool.status(), 2, 0);
    EXPECT_EQ(stage.depot.discards, 1);
    stage.depot.ending_takes = 0s;
  });
}

TEST(LeaseClosing, ARequestsUnfitResourceEndsElsewhere) {
  for_each_seed([](std::uint64_t seed) {
    Stage<CheckedThingPool> stage{seed, {.size = 1}};
    (*stage.pool.acquire())->broken = true;
    stage.depot.ending_takes = 10s;
    const auto start = stage.runtime.now();

    auto request = stage.pool.acquire_async(1min);
    EXPECT_EQ(elapsed(stage.runtime, start), 0ms);
    const auto lease = request.get();
    EXPECT_EQ(id_of(lease), 2);
    EXPECT_EQ(elapsed(stage.runtime, start), 10s);
    stage.depot.ending_takes = 0s;
  });
}

// It came back while another was being made, so for a moment nothing was too many.
TEST(LeaseClosing, WhatIsIdleBeyondTheSizeAfterACreationIsClosed) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1, .max_overflow = 1}};
    Pool<Borrower> workers{stage.runtime, one_worker, &stage.pool, &stage.runtime};
    auto held = stage.pool.acquire();
    stage.depot.making_takes = 1s;
    workers.cast(TryAndHold{});
    stage.runtime.advance(100ms);
    held.release();
    expect_status(stage.pool.status(), 1, 0);
    stage.runtime.advance(2s);

    expect_status(stage.pool.status(), 0, 1);
    EXPECT_EQ(stage.depot.alive(), 1);
    EXPECT_EQ(stage.pool.stats().retired, 1u);
  });
}

TEST(LeaseClosing, OrLingersFromThen) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1, .max_overflow = 1, .overflow_linger = 10s}};
    Pool<Borrower> workers{stage.runtime, one_worker, &stage.pool, &stage.runtime};
    auto held = stage.pool.acquire();
    stage.depot.making_takes = 1s;
    workers.cast(TryAndHold{});
    stage.runtime.advance(100ms);
    held.release();

    stage.runtime.advance(10s);
    expect_status(stage.pool.status(), 1, 1, 1);
    stage.runtime.advance(1s);
    expect_status(stage.pool.status(), 0, 1);
  });
}

// The first lies there with a time of its own, noted when it was one too many before.
TEST(LeaseClosing, OverflowLingersItsFullTimeWhateverWasNotedBefore) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1, .max_overflow = 1, .overflow_linger = 10s}};
    { const auto both = acquire_some(stage.pool, 2); }
    auto first = stage.pool.acquire();
    stage.pool.acquire().discard();  // one is left, and is not too many
    first.release();
    stage.runtime.advance(9500ms);
    first = stage.pool.acquire();
    stage.depot.making_takes = 100ms;
    auto second = stage.pool.acquire_async(infinity);
    stage.runtime.advance(50ms);
    first.release();  // to the other, so what is being made is nobody's
    second.get().release();
    stage.runtime.advance(50ms);
    if (stage.pool.status().idle == 1) return;  // found to be superfluous before it was begun

    stage.runtime.advance(9900ms);
    expect_status(stage.pool.status(), 2, 0, 1);
    stage.runtime.advance(200ms);
    expect_status(stage.pool.status(), 1, 0);
  });
}

}  // namespace
