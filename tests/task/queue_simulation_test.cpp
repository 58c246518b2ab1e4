// A tasker whose queue has bounds: what a full one does, what waits too long, and who waits for
// room.

#include <deque>
#include <optional>
#include <vector>

#include <poolder/task/tasker.hpp>

#include "support/simulated_sleep.hpp"
#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;
using poolder::detail::Random;

namespace {

TaskerOptions bounded(OnFull on_full, std::size_t limit = 1) {
  return {.limit = limit, .queue = {.capacity = 3, .on_full = on_full}};
}

/// A tasker whose places are all taken for 10 ms.
struct Busy {
  Busy(std::uint64_t seed, TaskerOptions options) : runtime(seed), tasker(runtime, options) {
    for (std::size_t i = 0; i < options.limit; ++i) {
      tasker.execute([this] { sleep_in(runtime, 10ms); });
      runtime.run_until_idle();
    }
  }

  SimulatedRuntime runtime;
  std::vector<int> order;
  Tasker tasker;
};

// D-21 of Poolder: no queue had a bound. Here it has, and says what becomes of the rest.
TEST(TaskerQueue, RejectRefusesWhatHasNoRoom) {
  for_each_seed([](std::uint64_t seed) {
    Busy busy{seed, bounded(OnFull::reject)};
    for (int i = 0; i < 3; ++i) busy.tasker.execute([&, i] { busy.order.push_back(i); });

    const auto task = [&] { busy.order.push_back(9); };
    EXPECT_EQ(error_of([&] { busy.tasker.execute(task); }), ErrorCode::queue_full);
    EXPECT_EQ(error_of([&] { (void)busy.tasker.submit(task); }), ErrorCode::queue_full);
    EXPECT_EQ(error_of([&] { busy.tasker.callback(task, [](auto) { ADD_FAILURE(); }); }),
              ErrorCode::queue_full);
    EXPECT_TRUE(busy.tasker.drain(1s));

    EXPECT_EQ(busy.order, (std::vector<int>{0, 1, 2}));
    EXPECT_EQ(busy.tasker.stats().dropped, 0u);
  });
}

TEST(TaskerQueue, DropOldestKeepsTheNewestAndTellsTheRest) {
  for (const QueueOrder order : {QueueOrder::fifo, QueueOrder::lifo}) {
    for_each_seed([order](std::uint64_t seed) {
      TaskerOptions options = bounded(OnFull::drop_oldest);
      options.queue.order = order;
      Busy busy{seed, options};
      std::vector<Future<void>> futures;
      std::optional<ErrorCode> told;

      busy.tasker.callback([] { ADD_FAILURE() << "a dropped task ran"; },
                           [&](Result<void> result) { told = result.code(); });
      for (int i = 0; i < 5; ++i)
        futures.push_back(busy.tasker.submit([&, i] { busy.order.push_back(i); }));
      EXPECT_EQ(error_of([&] { futures[0].get(); }), ErrorCode::queue_full);
      EXPECT_EQ(error_of([&] { futures[1].get(); }), ErrorCode::queue_full);
      EXPECT_TRUE(busy.tasker.drain(1s));

      EXPECT_EQ(busy.order, order == QueueOrder::fifo ? (std::vector<int>{2, 3, 4})
                                                      : (std::vector<int>{4, 3, 2}));
      EXPECT_EQ(told, ErrorCode::queue_full);
      EXPECT_EQ(busy.tasker.stats().dropped, 3u);
    });
  }
}

TEST(TaskerQueue, BlockWaitsForRoomInTurnAndLosesNothing) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> order;
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, bounded(OnFull::block)};

    for (int i = 0; i < 20; ++i) {
      tasker.execute([&, i] {
        sleep_in(runtime, 1ms);
        order.push_back(i);
      });
      EXPECT_LE(tasker.queued(), 3u);
    }
    EXPECT_TRUE(tasker.drain(1s));

    std::vector<int> given;
    for (int i = 0; i < 20; ++i) given.push_back(i);
    EXPECT_EQ(order, given);
  });
}

TEST(TaskerQueue, WhoWaitsForRoomIsToldOfTheStop) {
  for_each_seed([](std::uint64_t seed) {
    Busy busy{seed, bounded(OnFull::block)};
    Tasker others{busy.runtime, {.limit = 10}};
    int stopped = 0;
    for (int i = 0; i < 8; ++i)
      others.execute([&] {
        if (error_of([&] { busy.tasker.execute([] {}); }) == ErrorCode::stopped) ++stopped;
      });
    busy.runtime.run_until_idle();

    busy.tasker.stop();
    EXPECT_TRUE(others.drain(1s));

    EXPECT_EQ(stopped, 5);
    EXPECT_EQ(busy.tasker.stats().dropped, 3u);
  });
}

// A tree of tasks that push into their own queue: with all places waiting for room in it nothing
// could ever make some.
TEST(TaskerQueue, ATaskThatWouldBlockTheLastPlaceOnItsOwnQueueFails) {
  for_each_seed([](std::uint64_t seed) {
    Random random{seed};
    const std::size_t limit = 1 + random.below(4);
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, bounded(OnFull::block, limit)};
    int accepted = 0, refused = 0, ran = 0;

    for (std::size_t i = 0; i < limit; ++i)
      tasker.execute([&] {
        for (int k = 0; k < 10; ++k) {
          const auto code = error_of([&] { tasker.execute([&] { ++ran; }); });
          EXPECT_TRUE(!code || code == ErrorCode::would_deadlock);
          ++(code ? refused : accepted);
        }
      });
    EXPECT_TRUE(tasker.drain(1s));

    EXPECT_EQ(accepted + refused, static_cast<int>(limit) * 10);
    EXPECT_EQ(ran, accepted);
    if (limit == 1) {
      EXPECT_EQ(refused, 7);
    }
  });
}

TEST(TaskerQueue, WithOnePlaceThatIsNotBlockedTheOthersWait) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, bounded(OnFull::block, 3)};
    int ran = 0;
    const auto push_five = [&] {
      for (int i = 0; i < 5; ++i) tasker.execute([&] { ++ran; });  // must not throw
    };

    auto busy = tasker.submit([&] { sleep_in(runtime, 50ms); });
    auto one = tasker.submit(push_five), other = tasker.submit(push_five);
    one.get();
    other.get();
    busy.get();
    EXPECT_TRUE(tasker.drain(1s));

    EXPECT_EQ(ran, 10);
  });
}

TEST(TaskerQueue, ALowerLimitThatLeavesNoPlaceFreeIsADeadlockForTheLastToWait) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, bounded(OnFull::block, 3)};
    std::vector<std::optional<ErrorCode>> told;
    const auto push = [&] {
      sleep_in(runtime, 1ms);
      told.push_back(error_of([&] { tasker.execute([] {}); }));
    };
    for (int i = 0; i < 3; ++i)
      tasker.execute(i == 0 ? std::function<void()>{[&] { sleep_in(runtime, 1s); }} : push);
    runtime.run_until_idle();
    for (int i = 0; i < 3; ++i) tasker.execute([] {});
    runtime.advance(10ms);
    EXPECT_TRUE(told.empty());

    tasker.set_limit(2);
    EXPECT_TRUE(tasker.drain(10s));

    ASSERT_EQ(told.size(), 2u);
    EXPECT_EQ(told[0], ErrorCode::would_deadlock);
    EXPECT_EQ(told[1], std::nullopt);
  });
}

TEST(TaskerQueue, WhatHasWaitedLongerThanMaxWaitIsGivenUpAtThatMoment) {
  for_each_seed([](std::uint64_t seed) {
    Busy busy{seed, {.limit = 1, .queue = {.max_wait = 4ms}}};
    const auto began = busy.runtime.now();
    auto late = busy.tasker.submit([] { return 1; });
    busy.runtime.advance(3ms);
    auto later = busy.tasker.submit([] { return 2; });

    EXPECT_EQ(error_of([&] { late.get(); }), ErrorCode::timeout);
    EXPECT_EQ(elapsed(busy.runtime, began), 4ms + 1ns);  // while the place is still taken
    EXPECT_EQ(error_of([&] { later.get(); }), ErrorCode::timeout);
    EXPECT_EQ(elapsed(busy.runtime, began), 7ms + 1ns);
    busy.runtime.advance(1ms);
    EXPECT_EQ(busy.tasker.stats().dropped, 2u);
    EXPECT_EQ(busy.tasker.submit([] { return 3; }).get(), 3);
  });
}

TEST(TaskerQueue, WhatIsGivenUpForItsAgeMakesRoom) {
  for_each_seed([](std::uint64_t seed) {
    TaskerOptions options = bounded(OnFull::block);
    options.queue.max_wait = 2ms;
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, options};
    std::optional<ErrorCode> code = ErrorCode::cancelled;

    // Its own place is the only one: room comes of age alone.
    tasker
        .submit([&] {
          for (int i = 0; i < 3; ++i) tasker.execute([] {});
          code = error_of([&] { tasker.execute([] {}); });
        })
        .get();
    EXPECT_TRUE(tasker.drain(1s));

    EXPECT_EQ(code, std::nullopt);
    EXPECT_EQ(tasker.stats().dropped, 3u);
    EXPECT_EQ(tasker.stats().processed, 2u);
  });
}

}  // namespace
