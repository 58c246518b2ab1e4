// Poolex's own tests (PX), by the order in which they stand there; docs/leases.md says of the
// others why not.

#include "lease/depot.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

template <class Pool = ThingPool>
struct Stage : DepotStage {
  explicit Stage(std::uint64_t seed, LeasePoolOptions options = {.size = 5})
      : DepotStage(seed), pool(runtime, options, &depot) {}
  Pool pool;
};

/// Uses a thing for that long.
struct User {
  User(ThingPool* its_pool, Runtime* its_runtime) : pool(its_pool), runtime(its_runtime) {}
  int handle_call(Duration span) {
    return pool->run(
        [&](Things::Resource& thing) { return sleep_in(*runtime, span), thing->id(); });
  }
  void handle_job(Duration span) { (void)handle_call(span); }
  ThingPool* pool;
  Runtime* runtime;
};

TEST(PoolexScenario, PX01ToPX06StatusBeforeDuringAndAfterARun) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    expect_status(stage.pool.status(), 5, 0);

    const int id = stage.pool.run([&](Things::Resource& thing) {
      expect_status(stage.pool.status(), 4, 1);
      return thing->id();
    });
    EXPECT_EQ(id, 5);  // PX-08: what the function returns
    expect_status(stage.pool.status(), 5, 0);
    EXPECT_EQ(stage.pool.stats().size, 5u);
  });
}

TEST(PoolexScenario, PX10PX11AndPX16ADeadOneIsReplaced) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1}};

    EXPECT_THROW(stage.pool.run([](Things::Resource&) { throw Planned{}; }), Planned);
    stage.runtime.run_until_idle();
    expect_status(stage.pool.status(), 1, 0);
    EXPECT_EQ(id_of(stage.pool.acquire()), 2);
  });
}

TEST(PoolexScenario, PX17AndPX18ACallerWaitsVisiblyAndLeavesNoTrace) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1}};
    Pool<User> users{stage.runtime, PoolOptions{.size = 1}, &stage.pool, &stage.runtime};
    users.cast(Duration{1s});
    while (stage.pool.status().busy == 0) stage.runtime.advance(1ms);
    auto late = stage.pool.acquire_async(100ms);

    stage.runtime.advance(10ms);
    expect_status(stage.pool.status(), 0, 1, 0, 1);
    stage.runtime.advance(100ms);
    expect_status(stage.pool.status(), 0, 1);
    EXPECT_EQ(error_of([&] { return late.get(); }), ErrorCode::timeout);
  });
}

TEST(PoolexScenario, PX19AndPX20TheTimeoutIsForTheWaitAndWhatFailsInsidePasses) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1}};

    EXPECT_NO_THROW(stage.pool.run([&](Things::Resource&) { sleep_in(stage.runtime, 1h); }, 1ms));
    EXPECT_EQ(
        error_of([&] {
          stage.pool.run([](Things::Resource&) { throw Error{ErrorCode::queue_full, "inside"}; });
        }),
        ErrorCode::queue_full);
  });
}

TEST(PoolexScenario, PX22AndPX23OverflowIsBounded) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1, .max_overflow = 5}};
    {
      const auto leases = acquire_some(stage.pool, 5);
      expect_status(stage.pool.status(), 0, 5, 4);
    }
    Stage narrow{seed, {.size = 1}};
    const auto held = narrow.pool.acquire();
    EXPECT_EQ(error_of([&] { return narrow.pool.acquire(100ms); }), ErrorCode::timeout);
    expect_status(narrow.pool.status(), 0, 1);
  });
}

TEST(PoolexScenario, PX29ToPX33AddingStopsAtMaxSize) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    stage.pool.add_idle(5);
    expect_status(stage.pool.status(), 10, 0);
    EXPECT_EQ(error_of([&] { stage.pool.add_idle(0); }), ErrorCode::invalid_argument);

    Stage bounded{seed, {.size = 5, .max_size = 5}};
    bounded.pool.add_idle(3);
    expect_status(bounded.pool.status(), 5, 0);
  });
}

TEST(PoolexScenario, PX34ToPX38RemovingStopsAtMinSizeAndAtWhatIsIdle) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    stage.pool.remove_idle(2);
    expect_status(stage.pool.status(), 3, 0);
    EXPECT_EQ(stage.depot.alive(), 3);  // closed, not forgotten
    stage.pool.remove_idle(5);
    expect_status(stage.pool.status(), 0, 0);
    EXPECT_EQ(error_of([&] { stage.pool.remove_idle(0); }), ErrorCode::invalid_argument);

    Stage bounded{seed, {.size = 3, .min_size = 3}};
    bounded.pool.remove_idle(3);
    expect_status(bounded.pool.status(), 3, 0);
  });
}

TEST(PoolexScenario, PX40OverflowLingersAsLongAsItShould) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1, .max_overflow = 1, .overflow_linger = 200ms}};
    auto held = stage.pool.acquire();
    stage.pool.acquire().release();
    expect_status(stage.pool.status(), 1, 1, 1);
    stage.runtime.advance(199ms);
    expect_status(stage.pool.status(), 1, 1, 1);
    stage.runtime.advance(1ms);
    expect_status(stage.pool.status(), 0, 1);

    Stage at_once{seed, {.size = 1, .max_overflow = 1}};
    auto other = at_once.pool.acquire();
    at_once.pool.acquire().release();
    expect_status(at_once.pool.status(), 0, 1);
    EXPECT_EQ(at_once.depot.alive(), 1);
  });
}

TEST(PoolexScenario, PX43ToPX48LeasesOfOneCallerAndWhatIsReleasedTwice) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 2}};
    auto first = stage.pool.acquire(), second = stage.pool.acquire();
    expect_status(stage.pool.status(), 0, 2);
    const int id = id_of(first);
    first.release();
    first.release();
    second.release();
    expect_status(stage.pool.status(), 2, 0);
    EXPECT_EQ(stage.depot.made, 2);
    second = stage.pool.acquire();
    EXPECT_EQ(id_of(stage.pool.acquire()), id);
  });
}

TEST(PoolexScenario, PX50TheWaiterGetsExactlyWhatWasReleased) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1}};
    auto held = stage.pool.acquire();
    auto waiting = stage.pool.acquire_async();
    const int id = id_of(held);
    held.release();

    EXPECT_EQ(id_of(waiting.get()), id);
    EXPECT_EQ(stage.pool.status().waiting, 0u);
  });
}

TEST(PoolexScenario, PX53StatusTellsOfIdleBusyAndOverflow) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 5, .max_overflow = 5}};
    expect_status(stage.pool.status(), 5, 0, 0);
    const auto one = stage.pool.acquire();
    expect_status(stage.pool.status(), 4, 1, 0);
    const auto five = acquire_some(stage.pool, 5);
    expect_status(stage.pool.status(), 0, 6, 1);
  });
}

}  // namespace
