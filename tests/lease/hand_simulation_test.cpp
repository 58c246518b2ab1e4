// What is at hand: lent and given back past the pool's cell, and accounted for as if it were not.

#include <optional>

#include "lease/depot.hpp"
#include "runtime/loans.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;
using poolder::detail::Loans;

namespace {

/// Keeps what it is sent for an hour, deaf to its stop token, then gives it back.
struct Keeper {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  explicit Keeper(Runtime* its_runtime) : runtime(its_runtime) {}
  void handle_job(std::shared_ptr<ThingLease> sent) {
    const ThingLease lease = std::move(*sent);
    sleep_in(*runtime, 1h);
  }
  Runtime* runtime;
};

struct Stage : DepotStage {
  explicit Stage(std::uint64_t seed, LeasePoolOptions options = {.size = 2, .shutdown = 1s})
      : DepotStage(seed), pool(runtime, options, &depot) {
    pool.acquire().release();
    pool.acquire().release();  // from the hand
  }
  ThingPool pool;
};

TEST(LeaseAtHand, CountsAsIdleAndEachOfItsLoansCounts) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};

    expect_status(stage.pool.status(), 2, 0);
    const auto lease = stage.pool.acquire();
    expect_status(stage.pool.status(), 1, 1);
    EXPECT_EQ(stage.pool.stats().acquired, 3u);
  });
}

TEST(LeaseAtHand, GoesToNobodyWhileSomebodyWaits) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    auto held = acquire_some(stage.pool, 2);
    auto waiting = stage.pool.acquire_async(1h);
    const int given_back = id_of(held.back());
    held.pop_back();

    EXPECT_FALSE(stage.pool.try_acquire());
    EXPECT_EQ(id_of(waiting.get(0s)), given_back);
    EXPECT_EQ(id_of(stage.pool.acquire(0s)), given_back);
  });
}

TEST(LeaseAtHand, IsTheLastThatWasGivenBackWhateverLiesIdle) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 4}};
    auto held = acquire_some(stage.pool, 4);
    std::vector<int> given_back;
    for (ThingLease& each : held) {
      given_back.push_back(id_of(each));
      each.release();
    }
    for (int i = 3; i >= 0; --i) {
      held[static_cast<std::size_t>(i)] = stage.pool.acquire();
      EXPECT_EQ(id_of(held[static_cast<std::size_t>(i)]), given_back[static_cast<std::size_t>(i)]);
    }
  });
}

TEST(LeaseAtHand, IsRemovedWithTheIdleAndClosedWhenThePoolStops) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};

    stage.pool.remove_idle(2);
    EXPECT_EQ(stage.depot.alive(), 0);
    stage.pool.add_idle(1);
    stage.pool.acquire().release();
    stage.pool.acquire().release();
    stage.pool.stop();
    EXPECT_EQ(stage.depot.alive(), 0);
    EXPECT_EQ(error_of([&] { (void)stage.pool.acquire(); }), ErrorCode::stopped);
  });
}

TEST(LeaseAtHand, IsNothingThatIsTooMany) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1, .max_overflow = 1}};
    auto first = stage.pool.acquire();
    auto second = stage.pool.acquire();
    first.release();
    expect_status(stage.pool.status(), 0, 1);
    second.release();

    expect_status(stage.pool.status(), 1, 0);
    EXPECT_EQ(stage.depot.alive(), 1);
  });
}

TEST(LeaseAtHand, IsNothingOfTheLifeBefore) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    std::optional<ThingLease> stray{stage.pool.acquire()};
    stage.pool.stop();
    stage.pool.core()->restart();
    stage.pool.acquire().release();
    const int old = id_of(*stray);
    stray.reset();

    EXPECT_EQ(stage.depot.alive(), 2);
    for (int i = 0; i < 3; ++i) EXPECT_NE(id_of(stage.pool.acquire()), old);
    expect_status(stage.pool.status(), 2, 0);
  });
}

TEST(LeaseAtHand, IsNothingThatAKilledWorkerHas) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    Pool<Keeper> keepers{stage.runtime,
                         PoolOptions{.size = 1, .restart = lenient, .shutdown = infinity},
                         &stage.runtime};
    const auto sent = std::make_shared<ThingLease>(stage.pool.acquire());
    const int lost = id_of(*sent);
    keepers.cast(sent);
    stage.runtime.advance(1min);
    expect_status(stage.pool.status(), 1, 1);
    keepers.kill(keepers.worker(0));
    stage.runtime.run_until_idle();
    expect_status(stage.pool.status(), 2, 0);

    auto held = acquire_some(stage.pool, 2);
    for (const ThingLease& each : held) EXPECT_NE(id_of(each), lost);
    stage.runtime.advance(2h);
    expect_status(stage.pool.status(), 0, 2);
    EXPECT_EQ(stage.depot.alive(), 2);
    EXPECT_EQ(stage.pool.stats().discarded, 1u);
  });
}

/// Gives back what it had after that was listed to be taken from it.
struct Late {
  explicit Late(ThingPool* its_pool, Loans::Recalled* its_recalled)
      : pool(its_pool), recalled(its_recalled) {}
  void handle_job(int) {
    auto lease = pool->acquire();
    *recalled = Loans::mine()->revoke();
    lease.release();
  }
  ThingPool* pool;
  Loans::Recalled* recalled;
};

TEST(LeaseAtHand, IsNotTakenFromTheNextBorrowerForWhatTheLastOneDid) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    Loans::Recalled recalled;
    Pool<Late> late{stage.runtime, PoolOptions{.size = 1}, &stage.pool, &recalled};
    late.cast(0);
    EXPECT_TRUE(late.drain(1s));
    ASSERT_EQ(recalled.size(), 1u);

    const auto lease = stage.pool.acquire();
    Loans::forfeit(recalled);
    expect_status(stage.pool.status(), 1, 1);
    EXPECT_EQ(stage.pool.stats().discarded, 0u);
  });
}

}  // namespace
