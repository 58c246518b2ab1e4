// The end of a pool, and its new beginning.

#include "lease/depot.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

template <class Pool = ThingPool>
struct Stage : DepotStage {
  explicit Stage(std::uint64_t seed, LeasePoolOptions options = {.size = 2, .shutdown = 1s})
      : DepotStage(seed), pool(runtime, options, &depot) {}
  Pool pool;
};

/// Holds a lease for a while.
struct User {
  User(ThingPool* its_pool, Runtime* its_runtime) : pool(its_pool), runtime(its_runtime) {}
  void handle_job(Duration span) {
    const auto lease = pool->acquire();
    sleep_in(*runtime, span);
  }
  ThingPool* pool;
  Runtime* runtime;
};

TEST(LeaseStop, WaitsForWhatIsLentAndDestroysAll) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    Pool<User> users{stage.runtime, PoolOptions{.size = 1}, &stage.pool, &stage.runtime};
    users.cast(Duration{500ms});
    stage.runtime.advance(1ms);
    const auto start = stage.runtime.now();

    stage.pool.stop();
    EXPECT_EQ(elapsed(stage.runtime, start), 499ms);
    EXPECT_EQ(stage.depot.alive(), 0);
    expect_status(stage.pool.status(), 0, 0);
  });
}

TEST(LeaseStop, WaitsNoLongerThanItsShutdown) {
  for_each_seed([](std::uint64_t seed) {
    Stage<CheckedThingPool> stage{seed};
    auto lease = stage.pool.acquire();
    const auto start = stage.runtime.now();

    stage.pool.stop();
    EXPECT_EQ(elapsed(stage.runtime, start), 1s);
    EXPECT_EQ(stage.depot.alive(), 1);
    EXPECT_EQ(id_of(lease), 2);
    lease.discard();
    EXPECT_EQ(stage.depot.alive(), 0);
    EXPECT_EQ(stage.depot.resets, 0) << "no hook is called after the stop";
    EXPECT_EQ(stage.depot.discards, 0);
  });
}

TEST(LeaseStop, RefusesWhoWaits) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1, .shutdown = 0s}};
    auto lease = stage.pool.acquire();
    Pool<User> users{stage.runtime, PoolOptions{.size = 1}, &stage.pool, &stage.runtime};
    users.cast(Duration{1ms});
    auto future = stage.pool.acquire_async(infinity);
    stage.runtime.run_until_idle();
    expect_status(stage.pool.status(), 0, 1, 0, 2);

    stage.pool.stop();
    EXPECT_EQ(error_of([&] { return future.get(); }), ErrorCode::stopped);
    stage.runtime.run_until_idle();
    EXPECT_EQ(users.stats().failed, 1u);
    EXPECT_EQ(error_of([&] { return stage.pool.try_acquire(); }), ErrorCode::stopped);
    EXPECT_EQ(error_of([&] { return stage.pool.acquire_async(); }), ErrorCode::stopped);
    EXPECT_EQ(error_of([&] { stage.pool.add_idle(1); }), ErrorCode::stopped);
    EXPECT_EQ(error_of([&] { stage.pool.remove_idle(1); }), ErrorCode::stopped);
  });
}

TEST(LeaseStop, ACreationUnderWayIsWaitedForAndItsResultDestroyed) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 0, .max_overflow = 1, .shutdown = 1h}};
    stage.depot.making_takes = 1min;
    auto future = stage.pool.acquire_async(infinity);
    stage.runtime.advance(1s);

    stage.pool.stop();
    EXPECT_EQ(error_of([&] { return future.get(); }), ErrorCode::stopped);
    EXPECT_EQ(stage.depot.made, 1);
    EXPECT_EQ(stage.depot.alive(), 0);
  });
}

TEST(LeaseStop, ACreationThatDoesNotEndIsLeftBehind) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    {
      ThingPool pool{stage.runtime, LeasePoolOptions{.size = 0, .max_overflow = 1, .shutdown = 1s},
                     &stage.depot};
      stage.depot.making_takes = 1h;
      auto future = pool.acquire_async(infinity);
      stage.runtime.advance(1ms);
    }
    EXPECT_EQ(stage.depot.made, 0);
    stage.runtime.advance(2h);
    EXPECT_EQ(stage.depot.made, 1);
    EXPECT_EQ(stage.depot.alive(), 0);
  });
}

TEST(LeaseStop, FromInsideCreateDoesNotWaitForItself) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    struct StopsItself : Things {
      StopsItself(Depot* its_depot, LeasePool<StopsItself>** its_pool)
          : Things(its_depot), pool(its_pool) {}
      Resource create() {
        if (*pool) (*pool)->stop();
        return Things::create();
      }
      LeasePool<StopsItself>** pool;
    };
    LeasePool<StopsItself>* itself = nullptr;
    LeasePool<StopsItself> pool{stage.runtime, LeasePoolOptions{.size = 0, .max_overflow = 1},
                                &stage.depot, &itself};
    itself = &pool;

    EXPECT_EQ(error_of([&] { return pool.acquire(1s); }), ErrorCode::stopped);
    stage.runtime.run_until_idle();
    EXPECT_EQ(stage.depot.alive(), 0);
  });
}

TEST(LeaseStop, TheDefinitionIsDestroyedWithThePool) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    struct Counted : Things {
      Counted(Depot* its_depot, int* its_count) : Things(its_depot), count(its_count) { ++*count; }
      ~Counted() { --*count; }
      int* count;
    };
    int count = 0;
    LeasePool<Counted> pool{stage.runtime, LeasePoolOptions{.size = 1}, &stage.depot, &count};
    EXPECT_EQ(count, 1);

    pool.stop();
    EXPECT_EQ(count, 0);
  });
}

TEST(LeaseStop, TheRuntimesEndStopsThePool) {
  for_each_seed([](std::uint64_t seed) {
    Depot depot;
    auto runtime = std::make_unique<SimulatedRuntime>(seed);
    ThingPool pool{*runtime, LeasePoolOptions{.size = 2, .shutdown = 1s}, &depot};
    std::optional<ThingLease> lease = pool.acquire();

    runtime.reset();
    EXPECT_EQ(error_of([&] { return pool.acquire(); }), ErrorCode::stopped);
    EXPECT_EQ(depot.alive(), 1);
    lease.reset();
    EXPECT_EQ(depot.alive(), 0);
  });
}

// ---------------------------------------------------------------- supervised

TEST(SupervisedLeasePool, ComesBackInPlaceAndItsReferencesStayGood) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    Supervisor app{stage.runtime, SupervisorOptions{.max_restarts = 100},
                   child<ThingPool>(LeasePoolOptions{.name = "things", .size = 2}, &stage.depot)};
    ThingPool& pool = app.get<ThingPool>();
    const auto found = stage.runtime.find<ThingPool>("things");

    for (int i = 0; i < 5; ++i) {
      pool.stop();
      stage.runtime.run_until_idle();
      expect_status(pool.status(), 2, 0);
      EXPECT_TRUE(found->acquire());
    }
    EXPECT_EQ(stage.depot.alive(), 2);
  });
}

TEST(SupervisedLeasePool, WhatWasLentBeforeARestartIsClosedWhenItComesBack) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    Supervisor app{
        stage.runtime, SupervisorOptions{},
        child<CheckedThingPool>(LeasePoolOptions{.size = 1, .shutdown = 0s}, &stage.depot)};
    auto& pool = app.get<CheckedThingPool>();
    auto old = pool.acquire();
    pool.stop();
    stage.runtime.run_until_idle();
    expect_status(pool.status(), 1, 0);
    EXPECT_EQ(pool.stats().never_given, 1u);
    const auto held = pool.acquire();
    old.release();

    EXPECT_EQ(stage.depot.resets, 0);
    EXPECT_EQ(stage.depot.alive(), 1);
    expect_status(pool.status(), 0, 1);
    EXPECT_EQ(pool.stats().never_given, 0u);
  });
}

TEST(SupervisedLeasePool, OnePoolsFailuresAreItsOwn) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    Depot other{.runtime = &stage.runtime};
    Supervisor app{stage.runtime, SupervisorOptions{.max_restarts = 100},
                   child<ThingPool>(LeasePoolOptions{.name = "first", .size = 1}, &stage.depot),
                   child<ThingPool>(LeasePoolOptions{.name = "other", .size = 1}, &other)};
    auto& first = app.get<ThingPool>("first");
    const auto held = app.get<ThingPool>("other").acquire();
    stage.depot.refuses = true;
    first.acquire().discard();
    for (int i = 0; i < 3; ++i) {
      first.stop();
      stage.runtime.run_until_idle();
    }

    EXPECT_EQ(other.made, 1);
    expect_status(app.get<ThingPool>("other").status(), 0, 1);
    app.start_child(child<ThingPool>(LeasePoolOptions{.name = "third", .size = 1}, &other));
    EXPECT_TRUE(app.get<ThingPool>("third").acquire());
    app.terminate_child("third");
    EXPECT_EQ(app.count(), 2u);
  });
}

}  // namespace
