// Callers that wait, up to their deadline, and the hand-overs that race with it.

#include "lease/depot.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Stage : DepotStage {
  explicit Stage(std::uint64_t seed, LeasePoolOptions options = {.size = 1})
      : DepotStage(seed), pool(runtime, options, &depot) {}
  ThingPool pool;
};

TEST(LeaseDeadline, EndsTheWaitAndLeavesNoTrace) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    auto held = stage.pool.acquire();
    const auto start = stage.runtime.now();

    EXPECT_EQ(error_of([&] { return stage.pool.acquire(100ms); }), ErrorCode::timeout);
    EXPECT_EQ(elapsed(stage.runtime, start), 100ms);
    expect_status(stage.pool.status(), 0, 1);
    held.release();
    expect_status(stage.pool.status(), 1, 0);
    EXPECT_EQ(stage.pool.stats().timeouts, 1u);
  });
}

TEST(LeaseDeadline, EndsARequestToo) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    const auto held = stage.pool.acquire();
    auto future = stage.pool.acquire_async(100ms);
    EXPECT_EQ(error_of([&] { return future.get(50ms); }), ErrorCode::timeout);
    expect_status(stage.pool.status(), 0, 1, 0, 1);

    EXPECT_EQ(error_of([&] { return future.get(); }), ErrorCode::timeout);
    expect_status(stage.pool.status(), 0, 1);
  });
}

TEST(LeaseDeadline, AWaitThatNothingCanEndSaysSo) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    const auto held = stage.pool.acquire();

    EXPECT_EQ(error_of([&] { return stage.pool.acquire(infinity); }), ErrorCode::would_deadlock);
    expect_status(stage.pool.status(), 0, 1);
  });
}

/// Holds a lease for as long as it is told, or wants one.
struct User {
  User(ThingPool* its_pool, Runtime* its_runtime) : pool(its_pool), runtime(its_runtime) {}
  bool handle_call(Duration wait) {
    try {
      const auto lease = pool->acquire(wait);
      EXPECT_FALSE((*lease)->busy()) << "lent twice";
      (*lease)->busy() = true;
      sleep_in(*runtime, 10ms);
      (*lease)->busy() = false;
      return true;
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::timeout);
      return false;
    }
  }
  ThingPool* pool;
  Runtime* runtime;
};

// The holder's release and the waiter's deadline fall on the same nanosecond.
TEST(LeaseDeadline, RacesWithTheHandOverAndLosesNothing) {
  int served = 0, late = 0;
  for_each_seed([&](std::uint64_t seed) {
    Stage stage{seed};
    Pool<User> users{stage.runtime, PoolOptions{.size = 2}, &stage.pool, &stage.runtime};
    auto first = users.send_request(Duration{1h});
    const auto start = stage.runtime.now();
    while (stage.pool.status().busy == 0) stage.runtime.advance(1ns);
    auto second = users.send_request(10ms - elapsed(stage.runtime, start));

    EXPECT_TRUE(first.get());
    ++(second.get() ? served : late);
    expect_status(stage.pool.status(), 1, 0);
    EXPECT_EQ(stage.depot.made, 1);
  });
  if (served + late == 1) return;  // a seed of its own
  EXPECT_GT(served, 0);
  EXPECT_GT(late, 0);
}

TEST(LeaseDeadline, OfManyCallersThoseInTimeAreServed) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 2, .max_overflow = 1}};
    Pool<User> users{stage.runtime, PoolOptions{.size = 12}, &stage.pool, &stage.runtime};
    detail::Random random{seed};
    std::vector<Future<bool>> all;
    for (int i = 0; i < 12; ++i)
      all.push_back(users.send_request(Duration{std::chrono::milliseconds{5 * random.below(9)}}));

    std::size_t served = 0;
    for (auto& each : all) served += each.get() ? 1u : 0u;
    const LeaseStats stats = stage.pool.stats();
    EXPECT_EQ(stats.acquired, served);
    EXPECT_EQ(stats.timeouts, 12 - served);
    expect_status(stage.pool.status(), 2, 0);
  });
}

TEST(LeaseDeadline, AHandlerThatWaitsForItselfIsEndedByItsDeadline) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    struct Greedy {
      explicit Greedy(ThingPool* its_pool) : pool(its_pool) {}
      bool handle_call(int) {
        const auto first = pool->acquire();
        return error_of([&] { return pool->acquire(50ms); }) == ErrorCode::timeout;
      }
      ThingPool* pool;
    };
    Pool<Greedy> greedy{stage.runtime, PoolOptions{.size = 1}, &stage.pool};

    EXPECT_TRUE(greedy.call(1));
    expect_status(stage.pool.status(), 1, 0);
  });
}

TEST(LeaseDeadline, WaitersAreServedInTheOrderTheyCame) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    auto held = stage.pool.acquire();
    std::vector<Future<ThingLease>> waiting;
    for (int i = 0; i < 5; ++i) waiting.push_back(stage.pool.acquire_async());
    held.release();

    for (std::size_t i = 0; i < 5; ++i) {
      stage.runtime.run_until_idle();
      for (std::size_t later = i + 1; later < 5; ++later) EXPECT_FALSE(waiting[later].ready());
      waiting[i].get().release();
    }
    expect_status(stage.pool.status(), 1, 0);
  });
}

struct RankedThings : Things {
  using Things::Things;
  template <class T>
  using Waiting = ByPriority<T>;
  template <class T>
  using Idle = LeastUsed<T>;
};

TEST(LeaseDeadline, ByPriorityServesTheUrgentFirst) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    LeasePool<RankedThings> pool{stage.runtime, LeasePoolOptions{.size = 1}, &stage.depot};
    auto held = pool.acquire();
    auto low = pool.acquire_async(1s, Priority::low);
    auto normal = pool.acquire_async(1s);
    auto high = pool.acquire_async(1s, Priority::high);
    auto high_too = pool.acquire_async(1s, Priority::high);
    held.release();

    for (auto* next : {&high, &high_too, &normal, &low}) {
      ASSERT_TRUE(next->ready());
      next->get().release();
    }
  });
}

TEST(LeaseDeadline, LeastUsedWearsEvenly) {
  for_each_seed([](std::uint64_t seed) {
    DepotStage stage{seed};
    LeasePool<RankedThings> pool{stage.runtime, LeasePoolOptions{.size = 4}, &stage.depot};
    std::vector<int> uses(5);
    for (int i = 0; i < 40; ++i) ++uses[static_cast<std::size_t>(id_of(pool.acquire()))];

    for (std::size_t id = 1; id < 5; ++id) EXPECT_EQ(uses[id], 10);
  });
}

}  // namespace
