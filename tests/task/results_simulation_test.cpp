// Futures, callbacks and await: who gets what, when.

#include <memory>
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

// Poolder's await took results in the order they came in, of whatever task.
// D-20 of Poolder: results came in the order of their completion, and did not say whose they were.
TEST(TaskerAwait, GivesTheResultsInTheOrderOfTheFutures) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Random random{seed};
    Tasker tasker{runtime, {.limit = 4}};
    std::vector<Future<int>> futures;
    for (int i = 0; i < 12; ++i)
      futures.push_back(tasker.submit([&, i] {
        sleep_in(runtime, Duration{random.below(5'000'000)});
        if (i == 7) throw Planned{};
        return i;
      }));

    auto results = Tasker::await(futures, 1s);

    ASSERT_EQ(results.size(), 12u);
    for (int i = 0; i < 12; ++i) {
      auto& result = results[static_cast<std::size_t>(i)];
      EXPECT_EQ(result.has_value(), i != 7);
      if (i == 7) {
        EXPECT_THROW(result.value(), Planned);
      } else {
        EXPECT_EQ(result.value(), i);
      }
    }
  });
}

// There the time began anew with each result, and a late one was taken for another's.
// D-20: each result had the whole timeout to itself, and one that was late answered the next await.
TEST(TaskerAwait, TakesItsTimeAltogetherAndLeavesLateOnesToALaterAwait) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, {.limit = 10}};
    std::vector<Future<int>> futures;
    for (int i = 0; i < 6; ++i)
      futures.push_back(tasker.submit([&, i] {
        sleep_in(runtime, i % 2 == 0 ? 6ms * (i + 1) : 1ms);
        return i;
      }));
    const auto began = runtime.now();

    auto first = Tasker::await(futures, 10ms);
    EXPECT_EQ(elapsed(runtime, began), 10ms);
    auto second = Tasker::await(futures, 1s);

    for (std::size_t i = 0; i < 6; ++i) {
      const bool late = i == 2 || i == 4;
      EXPECT_EQ(first[i].code(), late ? std::optional{ErrorCode::timeout} : std::nullopt);
      EXPECT_EQ(second[i].code(), late ? std::nullopt : std::optional{ErrorCode::invalid_argument});
      EXPECT_EQ((late ? second : first)[i].value(), static_cast<int>(i));
    }
    EXPECT_EQ(elapsed(runtime, began), 30ms);
  });
}

TEST(TaskerAwait, OfNothingIsNothingAndOfVoidTasksToo) {
  SimulatedRuntime runtime{1};
  Tasker tasker{runtime};
  std::vector<Future<int>> none;
  std::vector<Future<void>> futures;
  futures.push_back(tasker.submit([] {}));
  futures.push_back(tasker.submit([] { throw Planned{}; }));

  EXPECT_TRUE(Tasker::await(none, 1s).empty());
  auto results = Tasker::await(futures, 1s);

  EXPECT_TRUE(results[0].has_value());
  EXPECT_THROW(results[1].value(), Planned);
}

/// May be moved so many times, and throws after.
struct Fragile {
  explicit Fragile(int its_moves) : moves(its_moves) {}
  Fragile(Fragile&& other) : moves(other.moves - 1) {
    if (moves < 0) throw Planned{};
  }
  int moves;
};

TEST(TaskerAwait, TakesAResultWhoseMoveThrowsForAnError) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime};
    std::vector<Future<Fragile>> futures;
    for (int moves = 0; moves < 12; ++moves)
      futures.push_back(tasker.submit([moves] { return Fragile{moves}; }));
    EXPECT_TRUE(tasker.drain(1s));

    auto results = Tasker::await(futures, 1s);

    ASSERT_EQ(results.size(), 12u);
    EXPECT_THROW(results.front().value(), Planned);
    EXPECT_TRUE(results.back().has_value());
  });
}

TEST(TaskerCallback, IsToldOfAResultWhoseMoveThrowsAsOfAnError) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime};
    int told = 0, well = 0;
    for (int moves = 0; moves < 12; ++moves)
      tasker.callback([moves] { return Fragile{moves}; },
                      [&](Result<Fragile>&& result) {
                        ++told;
                        if (result) return void(++well);
                        EXPECT_THROW(result.value(), Planned);
                      });

    EXPECT_TRUE(tasker.drain(1s));

    EXPECT_EQ(told, 12);
    EXPECT_GT(well, 0);
    EXPECT_LT(well, 12);
    EXPECT_EQ(tasker.stats().failed, static_cast<std::uint64_t>(12 - well));
  });
}

TEST(TaskerCallback, ComesOnceWithTheResultAndNeverInsideTheCall) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, {.limit = 2}};
    std::vector<int> told(10, -1);
    for (int i = 0; i < 10; ++i) {
      bool registering = true;
      tasker.callback(
          [i] {
            if (i == 4) throw Planned{};
            return i;
          },
          [&told, &registering, i](Result<int> result) {
            EXPECT_FALSE(registering);
            auto& mine = told[static_cast<std::size_t>(i)];
            EXPECT_EQ(mine, -1);
            mine = result ? result.value() : -2;
          });
      registering = false;
      EXPECT_TRUE(tasker.drain(1s));  // which waits for the callback, too
      EXPECT_EQ(told[static_cast<std::size_t>(i)], i == 4 ? -2 : i);
    }
  });
}

TEST(TaskerCallback, TakesNoPlaceFromTheTasks) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, {.limit = 1}};
    std::vector<int> seen;

    // The second task runs while the first one's callback waits for it.
    Future<int> second = tasker.submit([] { return 0; });
    second.get();
    tasker.callback([] { return 1; },
                    [&](Result<int> result) {
                      seen.push_back(result.value() + tasker.submit([] { return 2; }).get());
                      EXPECT_LE(tasker.running(), 1u);
                    });
    EXPECT_TRUE(tasker.drain(1s));

    EXPECT_EQ(seen, (std::vector<int>{3}));
  });
}

TEST(TaskerCallback, ThatThrowsIsSurvived) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, {.limit = 1}};

    for (int i = 0; i < 3; ++i) tasker.callback([] {}, [](Result<void>) { throw Planned{}; });
    EXPECT_TRUE(tasker.drain(1s));

    EXPECT_EQ(tasker.submit([] { return 7; }).get(), 7);
    EXPECT_EQ(tasker.stats().processed, 4u);
    EXPECT_EQ(tasker.stats().callbacks_failed, 3u);
  });
}

TEST(TaskerFuture, CancelWithdrawsATaskThatHasNotStarted) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Random random{seed};
    Tasker tasker{runtime, {.limit = 2}};
    std::vector<int> runs(30), cancelled(30);
    std::vector<Future<int>> futures;
    for (std::size_t i = 0; i < 30; ++i) {
      futures.push_back(tasker.submit([&, i] {
        sleep_in(runtime, Duration{random.below(2'000'000)});
        return ++runs[i];
      }));
      if (random.below(2) == 0) runtime.advance(Duration{random.below(1'000'000)});
      const std::size_t victim = random.below(static_cast<std::uint32_t>(i + 1));
      if (random.below(2) == 0 && futures[victim].cancel()) cancelled[victim] = 1;
    }
    EXPECT_TRUE(tasker.drain(1s));

    std::uint64_t ran = 0;
    for (std::size_t i = 0; i < 30; ++i) {
      EXPECT_EQ(runs[i], cancelled[i] ? 0 : 1);
      EXPECT_EQ(error_of([&] { return futures[i].get(); }),
                cancelled[i] ? std::optional{ErrorCode::cancelled} : std::nullopt);
      ran += cancelled[i] ? 0u : 1u;
    }
    EXPECT_EQ(tasker.stats().processed, ran);
    EXPECT_EQ(tasker.stats().dropped, 0u);
    EXPECT_EQ(tasker.queued(), 0u);
  });
}

TEST(TaskerFuture, ACancelledTaskTakesNoPlaceAndNoTime) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, {.limit = 1}};
    const auto began = runtime.now();
    auto first = tasker.submit([&] { sleep_in(runtime, 5ms); });
    runtime.run_until_idle();
    auto second = tasker.submit([&] { sleep_in(runtime, 1h); });
    auto third = tasker.submit([&] { return elapsed(runtime, began); });

    EXPECT_TRUE(second.cancel());
    EXPECT_FALSE(first.cancel());

    EXPECT_EQ(third.get(), 5ms);
  });
}

TEST(TaskerFuture, ThenRunsAsAJobOfItsOwn) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime};
    std::optional<int> told;

    tasker.submit([] { return 3; }).then([&](Result<int> result) { told = result.value(); });
    EXPECT_EQ(told, std::nullopt);
    runtime.run_until_idle();

    EXPECT_EQ(told, 3);
  });
}

TEST(TaskerFuture, OutlivesItsTasker) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    std::vector<Future<int>> futures;
    {
      Tasker tasker{runtime, {.limit = 1}};
      futures.push_back(tasker.submit([&] { return sleep_in(runtime, 1ms), 1; }));
      runtime.run_until_idle();
      futures.push_back(tasker.submit([] { return 2; }));
    }

    EXPECT_EQ(futures[0].get(), 1);
    EXPECT_EQ(error_of([&] { futures[1].get(); }), ErrorCode::stopped);
  });
}

}  // namespace
