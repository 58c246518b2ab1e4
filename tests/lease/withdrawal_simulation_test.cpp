// Requests that nobody wants any more: cancelled, or with a future that is gone.

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

TEST(LeaseWithdrawal, ACancelledRequestLeavesNoTrace) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 1, .max_overflow = 4}};
    auto held = stage.pool.acquire();
    {
      std::vector<Future<ThingLease>> requests;
      for (int i = 0; i < 4; ++i) requests.push_back(stage.pool.acquire_async(1s));
      for (auto& each : requests) {
        EXPECT_TRUE(each.cancel());
        EXPECT_EQ(error_of([&] { return each.get(); }), ErrorCode::cancelled);
      }
    }
    expect_status(stage.pool.status(), 0, 1);
    stage.runtime.advance(1min);

    EXPECT_EQ(stage.depot.made, 1) << "something was made for nobody";
    EXPECT_EQ(stage.pool.stats().timeouts, 0u);
    EXPECT_TRUE(stage.pool.try_acquire());
  });
}

TEST(LeaseWithdrawal, ACancelledRequestDoesNotTakeItsTurn) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    auto held = stage.pool.acquire();
    auto first = stage.pool.acquire_async(infinity);
    auto second = stage.pool.acquire_async(infinity);
    EXPECT_TRUE(first.cancel());
    held.release();

    ASSERT_TRUE(second.ready());
    EXPECT_FALSE(second.cancel());
    second.get().release();
    expect_status(stage.pool.status(), 1, 0);
  });
}

TEST(LeaseWithdrawal, AHundredThousandThatNobodyReadsArePassedOver) {
  for_each_seed(
      [](std::uint64_t seed) {
        Stage stage{seed};
        auto held = stage.pool.acquire();
        for (int i = 0; i < 100'000; ++i) (void)stage.pool.acquire_async(infinity);
        auto last = stage.pool.acquire_async(infinity);
        held.release();

        EXPECT_EQ(id_of(last.get()), 1);
        expect_status(stage.pool.status(), 1, 0);
        EXPECT_EQ(stage.pool.stats().acquired, 100'002u);
      },
      3);
}

TEST(LeaseWithdrawal, AHundredThousandThatWereCancelledAreGone) {
  for_each_seed(
      [](std::uint64_t seed) {
        Stage stage{seed};
        auto held = stage.pool.acquire();
        for (int i = 0; i < 100'000; ++i) {
          auto request = stage.pool.acquire_async(infinity);
          request.cancel();
        }
        expect_status(stage.pool.status(), 0, 1);
        held.release();

        expect_status(stage.pool.status(), 1, 0);
        EXPECT_EQ(stage.pool.stats().acquired, 1u);
      },
      3);
}

TEST(LeaseWithdrawal, ARequestForNowIsServedAsAnAcquireForNow) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, {.size = 0, .max_overflow = 1}};

    auto made = stage.pool.acquire_async(0s);
    ASSERT_TRUE(made.ready());
    const auto lease = made.get();
    EXPECT_EQ(error_of([&] { return stage.pool.acquire_async(0s).get(); }), ErrorCode::timeout);
    EXPECT_EQ(error_of([&] { return stage.pool.acquire(0s); }), ErrorCode::timeout);
    EXPECT_EQ(stage.pool.stats().timeouts, 2u);
  });
}

}  // namespace
