// What one life of a pool leaves to the next, or to nobody.

#include "lease/depot.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

TEST(LeaseLife, NothingIsKeptAliveOnceOldAndNewLeasesAreBack) {
  for_each_seed([](std::uint64_t seed) {
    Depot depot;
    std::weak_ptr<detail::EngineCore> core;
    std::weak_ptr<detail::RuntimeCore> runtime_core;
    {
      SimulatedRuntime runtime{seed};
      depot.runtime = &runtime;
      runtime_core = runtime.core();
      Supervisor app{runtime, SupervisorOptions{},
                     child<ThingPool>(LeasePoolOptions{.size = 1, .shutdown = 0s}, &depot)};
      auto& pool = app.get<ThingPool>();
      core = pool.core();
      auto old = pool.acquire();
      pool.stop();
      runtime.run_until_idle();
      auto present = pool.acquire();
      auto& first = seed % 2 == 0 ? old : present;
      auto& second = seed % 2 == 0 ? present : old;
      first.release();
      second.release();
    }
    EXPECT_EQ(depot.alive(), 0);
    EXPECT_TRUE(core.expired());
    EXPECT_TRUE(runtime_core.expired());
  });
}

struct Rival;
using RivalPool = LeasePool<Rival>;

/// Whose first creation after `again` takes the pool's name away.
struct Rival : CountedThings {
  Rival(Depot* its_depot, Runtime* its_runtime, std::unique_ptr<RivalPool>* its_other)
      : CountedThings(its_depot), runtime(its_runtime), other(its_other) {}
  Resource create();
  Runtime* runtime;
  std::unique_ptr<RivalPool>* other;
  static inline bool again = false;
};
Rival::Resource Rival::create() {
  if (std::exchange(again, false))
    *other = std::make_unique<RivalPool>(*runtime, LeasePoolOptions{.name = "rival", .size = 0},
                                         depot, runtime, other);
  return Things::create();
}

TEST(LeaseLife, ARestartThatFailsLeavesNothingAlive) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    std::unique_ptr<RivalPool> other;
    const LeasePoolOptions options{.name = "rival", .size = 3};
    RivalPool pool{stage.runtime, options, &stage.depot, &stage.runtime, &other};
    pool.stop();
    Rival::again = true;

    EXPECT_EQ(error_of([&] { pool.core()->restart(); }), ErrorCode::already_exists);
    EXPECT_EQ(stage.depot.made, 6);
    EXPECT_EQ(stage.depot.alive(), 0);
    EXPECT_EQ(stage.depot.definitions, 1) << "the rival's alone";
    other.reset();
    pool.core()->restart();
    EXPECT_EQ(stage.depot.alive(), 3);
    expect_status(pool.status(), 3, 0);
    EXPECT_TRUE(pool.acquire());
  });
}

TEST(LeaseLife, SaysWhichLeasesWereNotGivenBack) {
  DepotStage stage{1};
  std::vector<ThingLease> leases;
  testing::internal::CaptureStderr();
  {
    ThingPool pool{stage.runtime, LeasePoolOptions{.name = "db", .size = 2, .shutdown = 1s},
                   &stage.depot};
    leases.push_back(pool.acquire());
    for (int i = 0; i < 5; ++i) pool.acquire().release();
    leases.push_back(pool.acquire());
  }
  const std::string said = testing::internal::GetCapturedStderr();

  EXPECT_NE(said.find("LeasePool \"db\": 2 of its leases ("), std::string::npos) << said;
  EXPECT_NE(said.find("Thing"), std::string::npos) << said;
  EXPECT_NE(said.find("of 7 lent in all, number 1, 7\n"), std::string::npos) << said;
}

TEST(LeaseLife, WhatLiesIdleInANewLifeGrowsOldToo) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    const LeasePoolOptions options{.size = 2, .max_idle = 1min};
    Supervisor app{stage.runtime, SupervisorOptions{}, child<ThingPool>(options, &stage.depot)};
    auto& pool = app.get<ThingPool>();
    pool.stop();
    stage.runtime.run_until_idle();
    expect_status(pool.status(), 2, 0);
    stage.runtime.advance(2min);

    expect_status(pool.status(), 0, 0);
  });
}

}  // namespace
