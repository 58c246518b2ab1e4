// Creations on somebody's own thread, by try_acquire and add_idle, and who waits meanwhile.

#include "lease/depot.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Try {};
struct ForNow {};
struct Add {
  std::size_t count;
};

struct Grower {
  Grower(ThingPool* its_pool, Runtime* its_runtime) : pool(its_pool), runtime(its_runtime) {}
  void handle_job(Try) {
    if (const auto lease = pool->try_acquire()) sleep_in(*runtime, 1h);
  }
  std::optional<ErrorCode> handle_call(Try) {
    return error_of([&] { return pool->try_acquire(); });
  }
  std::optional<ErrorCode> handle_call(ForNow) {
    return error_of([&] { return pool->acquire(0s); });
  }
  void handle_job(Add add) {
    try {
      pool->add_idle(add.count);
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::stopped);
    }
  }
  ThingPool* pool;
  Runtime* runtime;
};
constexpr PoolOptions one_worker{.size = 1, .shutdown = infinity};

TEST(LeaseGrowing, ACallerWaitsForACreationOfItsOwnNotForSomebodyElses) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    ThingPool pool{stage.runtime, LeasePoolOptions{.size = 0, .max_overflow = 4}, &stage.depot};
    Pool<Grower> workers{stage.runtime, one_worker, &pool, &stage.runtime};
    stage.depot.making_takes = 3s;
    workers.cast(Try{});
    stage.runtime.advance(100ms);
    const auto start = stage.runtime.now();

    EXPECT_TRUE(pool.acquire(10s));
    EXPECT_EQ(elapsed(stage.runtime, start), 3s);
    stage.depot.making_takes = 0s;
  });
}

TEST(LeaseGrowing, CallersDoNotWaitForAnAddIdleToComeToTheNext) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    ThingPool pool{stage.runtime, LeasePoolOptions{.size = 1}, &stage.depot};
    Pool<Grower> workers{stage.runtime, one_worker, &pool, &stage.runtime};
    auto held = pool.acquire();
    stage.depot.making_takes = 1s;
    workers.cast(Add{3});
    stage.runtime.advance(100ms);
    std::vector<Future<ThingLease>> waiting;
    for (int i = 0; i < 3; ++i) waiting.push_back(pool.acquire_async(infinity));
    stage.runtime.advance(1100ms);

    for (auto& each : waiting) EXPECT_TRUE(each.ready());
    expect_status(pool.status(), 0, 4);
    EXPECT_EQ(stage.depot.made, 4);
    EXPECT_EQ(pool.stats().creating, 0u);
    stage.depot.making_takes = 0s;
  });
}

TEST(LeaseGrowing, WhoTriesMayHaveWhatAnAddIdleHasNotBegun) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    ThingPool pool{stage.runtime, LeasePoolOptions{.size = 0, .max_size = 2}, &stage.depot};
    Pool<Grower> workers{stage.runtime, one_worker, &pool, &stage.runtime};
    stage.depot.making_takes = 1s;
    workers.cast(Add{2});
    stage.runtime.advance(100ms);
    const auto lease = pool.try_acquire();

    EXPECT_TRUE(lease);
    stage.runtime.advance(1min);
    expect_status(pool.status(), 1, 1);
    EXPECT_EQ(stage.depot.made, 2);
    stage.depot.making_takes = 0s;
  });
}

TEST(LeaseGrowing, AnAddIdleThatARestartOvertakesChangesNothingInTheNewLife) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    const LeasePoolOptions options{.size = 1, .max_overflow = 2, .shutdown = 0s};
    Supervisor app{stage.runtime, SupervisorOptions{.max_restarts = 100},
                   child<ThingPool>(options, &stage.depot)};
    auto& pool = app.get<ThingPool>();
    Pool<Grower> workers{stage.runtime, one_worker, &pool, &stage.runtime};
    stage.depot.making_takes = 1s;
    workers.cast(Add{3});
    stage.runtime.advance(100ms);
    stage.depot.making_takes = 0s;
    pool.stop();
    stage.runtime.advance(10s);

    EXPECT_EQ(pool.stats().creating, 0u);
    EXPECT_EQ(pool.stats().size, 1u);
    expect_status(pool.status(), 1, 0);
    const int made = stage.depot.made;
    stage.runtime.advance(1min);
    EXPECT_EQ(stage.depot.made, made) << "an idle pool goes on creating";
    const auto all = acquire_some(pool, 3);
    EXPECT_FALSE(pool.try_acquire());
  });
}

TEST(LeaseGrowing, WhoMakesOneWhileThePoolStopsHearsThatItHas) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    ThingPool pool{stage.runtime,
                   LeasePoolOptions{.size = 0, .max_overflow = 2, .shutdown = infinity},
                   &stage.depot};
    Pool<Grower> workers{stage.runtime, PoolOptions{.size = 2, .shutdown = infinity}, &pool,
                         &stage.runtime};
    stage.depot.making_takes = 10s;
    auto tried = workers.send_request(Try{}, {.timeout = infinity});
    auto acquired = workers.send_request(ForNow{}, {.timeout = infinity});
    stage.runtime.advance(1s);
    pool.stop();

    EXPECT_EQ(tried.get(), ErrorCode::stopped);
    EXPECT_EQ(acquired.get(), ErrorCode::stopped);
  });
}

}  // namespace
