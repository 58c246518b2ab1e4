// What a tasker runs, how many at once, in which order, and what becomes of the results.

#include <algorithm>
#include <numeric>
#include <vector>

#include <poolder/task/tasker.hpp>

#include "support/simulated_sleep.hpp"
#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;
using poolder::detail::Random;

namespace {

std::vector<int> numbers(int from, int to) {
  std::vector<int> all(static_cast<std::size_t>(to - from));
  std::iota(all.begin(), all.end(), from);
  return all;
}

/// How many tasks are inside, and how many there ever were at once.
struct Crowd {
  std::size_t now = 0, most = 0;

  void enter() { most = std::max(most, ++now); }
  void leave() { --now; }
};

TEST(Tasker, RunsNeverMoreThanItsLimitAtOnceAndUsesAllOfIt) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Random random{seed};
    const std::size_t limit = 1 + random.below(5);
    Crowd crowd;
    int ran = 0;
    Tasker tasker{runtime, {.limit = limit}};

    for (int i = 0; i < 20; ++i)
      tasker.execute([&] {
        crowd.enter();
        EXPECT_LE(tasker.running(), limit);
        sleep_in(runtime, 1ms);
        crowd.leave();
        ++ran;
      });
    EXPECT_TRUE(tasker.drain(1s));

    EXPECT_EQ(ran, 20);
    EXPECT_EQ(crowd.most, limit);
    EXPECT_EQ(tasker.running(), 0u);
    EXPECT_EQ(tasker.queued(), 0u);
    EXPECT_EQ(tasker.stats().processed, 20u);
  });
}

TEST(Tasker, StartsTheNextAsSoonAsOneEnds) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, {.limit = 2}};
    const auto began = runtime.now();

    tasker.execute([&] { sleep_in(runtime, 10ms); });
    for (int i = 0; i < 10; ++i) tasker.execute([&] { sleep_in(runtime, 1ms); });
    EXPECT_TRUE(tasker.drain(1s));

    EXPECT_EQ(elapsed(runtime, began), 10ms);  // the ten short ones ran beside the long one
  });
}

TEST(Tasker, RunsOneAfterTheOtherInTheOrderGivenWithALimitOfOne) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    std::vector<int> order;
    Tasker tasker{runtime, {.limit = 1}};

    for (int i = 0; i < 30; ++i) {
      tasker.execute([&order, i] { order.push_back(i); });
      if (i % 7 == 0) runtime.run_until_idle();
    }
    EXPECT_TRUE(tasker.drain(1s));

    EXPECT_EQ(order, numbers(0, 30));
  });
}

TEST(Tasker, TakesTheNewestFirstWhenTold) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    std::vector<int> order;
    Tasker tasker{runtime, {.limit = 1, .queue = {.order = QueueOrder::lifo}}};

    tasker.execute([&] { sleep_in(runtime, 1ms); });
    runtime.run_until_idle();
    for (int i = 0; i < 10; ++i) tasker.execute([&order, i] { order.push_back(i); });
    EXPECT_TRUE(tasker.drain(1s));

    auto newest_first = numbers(0, 10);
    std::reverse(newest_first.begin(), newest_first.end());
    EXPECT_EQ(order, newest_first);
  });
}

TEST(Tasker, EachResultAndExceptionReachesItsOwnFuture) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Random random{seed};
    Tasker tasker{runtime, {.limit = 3}};

    std::vector<Future<int>> futures;
    for (int i = 0; i < 20; ++i)
      futures.push_back(tasker.submit([&, i] {
        sleep_in(runtime, Duration{random.below(1'000'000)});
        if (i % 5 == 3) throw std::out_of_range(std::to_string(i));
        return i * i;
      }));

    for (int i = 0; i < 20; ++i) {
      Future<int>& future = futures[static_cast<std::size_t>(i)];
      if (i % 5 != 3) {
        EXPECT_EQ(future.get(), i * i);
        continue;
      }
      try {
        future.get();
        ADD_FAILURE() << "task " << i << " did not throw";
      } catch (const std::out_of_range& error) {
        EXPECT_EQ(error.what(), std::to_string(i));
      }
    }
    EXPECT_TRUE(tasker.drain(1s));
    EXPECT_EQ(tasker.stats().failed, 4u);
    EXPECT_EQ(tasker.stats().processed, 16u);
  });
}

// Poolder's tasker died of one task that threw, and took the queue with it.
// D-19 of Poolder: what was thrown and no exception ended the tasker, and all that it held.
TEST(Tasker, OutlivesTasksThatThrowWhateverTheyThrow) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    int ran = 0;
    Tasker tasker{runtime, {.limit = 2}};

    for (int i = 0; i < 12; ++i)
      tasker.execute([&ran, i] {
        ++ran;
        if (i % 3 == 0) throw Planned{};
        if (i % 3 == 1) throw i;
      });
    EXPECT_TRUE(tasker.drain(1s));

    EXPECT_EQ(ran, 12);
    EXPECT_EQ(tasker.stats().failed, 8u);
    EXPECT_EQ(tasker.submit([] { return 7; }).get(), 7);
  });
}

TEST(Tasker, TakesFunctionsThatCanOnlyBeMoved) {
  SimulatedRuntime runtime{1};
  Tasker tasker{runtime};
  auto owned = std::make_unique<int>(5);

  auto future = tasker.submit([owned = std::move(owned)]() mutable { return std::move(owned); });

  EXPECT_EQ(*future.get(), 5);
}

TEST(Tasker, LeavesNothingOfATaskWhenItsFutureIsReady) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime};
    const auto captured = std::make_shared<int>(1);

    tasker.submit([captured] { return *captured; }).get();

    EXPECT_EQ(captured.use_count(), 1);
  });
}

TEST(Tasker, RunsAsManyAsSetLimitSaysWhileTheyComeAndGo) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Random random{seed};
    Crowd crowd;
    std::size_t limit = 3;
    int ran = 0;
    Tasker tasker{runtime, {.limit = limit}};

    for (int i = 0; i < 60; ++i) {
      tasker.execute([&] {
        crowd.enter();
        EXPECT_LE(crowd.now, limit);  // whoever starts finds a place within the limit of now
        sleep_in(runtime, Duration{1 + random.below(3'000'000)});
        crowd.leave();
        ++ran;
      });
      if (random.below(3) == 0) runtime.advance(Duration{random.below(2'000'000)});
      if (random.below(4) == 0) tasker.set_limit(limit = 1 + random.below(6));
    }
    EXPECT_TRUE(tasker.drain(1s));

    EXPECT_EQ(ran, 60);
  });
}

TEST(Tasker, StartsMoreAtOnceWhenTheLimitGrows) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, {.limit = 1}};
    for (int i = 0; i < 6; ++i) tasker.execute([&] { sleep_in(runtime, 1s); });
    runtime.run_until_idle();
    EXPECT_EQ(tasker.running(), 1u);

    tasker.set_limit(4);
    runtime.run_until_idle();
    EXPECT_EQ(tasker.running(), 4u);
    EXPECT_EQ(tasker.queued(), 2u);

    tasker.set_limit(2);
    EXPECT_EQ(tasker.running(), 4u);  // those that run end as they please
    EXPECT_EQ(error_of([&] { tasker.set_limit(0); }), ErrorCode::invalid_argument);
    EXPECT_TRUE(tasker.drain(10s));
  });
}

TEST(Tasker, DrainIsTrueOnlyWhenNothingIsQueuedOrRuns) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    int ran = 0;
    Tasker tasker{runtime, {.limit = 2}};
    EXPECT_TRUE(tasker.drain(0ms));
    // Each but the last begets another.
    std::function<void(int)> next = [&](int left) {
      sleep_in(runtime, 1ms);
      if (left > 0) tasker.execute([&, left] { next(left - 1); });
      ++ran;
    };
    tasker.execute([&] { next(5); });

    EXPECT_FALSE(tasker.drain(2ms));
    EXPECT_LT(ran, 6);
    EXPECT_TRUE(tasker.drain(1s));
    EXPECT_EQ(ran, 6);
  });
}

TEST(Tasker, DrainInsideATaskWouldDeadlock) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime};

    const auto code =
        tasker.submit([&] { return error_of([&] { (void)tasker.drain(1s); }); }).get();

    EXPECT_EQ(code, ErrorCode::would_deadlock);
  });
}

TEST(Tasker, ATaskMayWaitForAnotherOfTheSameTasker) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, {.limit = 2}};

    auto outer = tasker.submit([&] { return tasker.submit([] { return 20; }).get() + 1; });

    EXPECT_EQ(outer.get(), 21);
  });
}

TEST(Tasker, RunsInTheOrderOfPriorityBesideOthers) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    std::vector<int> order;
    Tasker low{runtime, {.name = "low", .limit = 1, .priority = Priority::low}};
    Tasker max{runtime, {.name = "max", .limit = 1, .priority = Priority::max}};

    for (int i = 0; i < 5; ++i) low.execute([&] { order.push_back(0); });
    for (int i = 0; i < 5; ++i) max.execute([&] { order.push_back(1); });
    runtime.run_until_idle();

    EXPECT_EQ(order, (std::vector<int>{1, 1, 1, 1, 1, 0, 0, 0, 0, 0}));
  });
}

}  // namespace
