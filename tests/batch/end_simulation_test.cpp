// The end of batchers whose handlers, hooks and definitions take longer than they are given.

#include <memory>
#include <string>
#include <vector>

#include "batch/batcher_core.hpp"
#include "support/simulated_sleep.hpp"
#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

/// How long each part of a definition takes, and what came of it.
struct Plan {
  Runtime* runtime = nullptr;
  Duration handling{0}, dropping{0}, destruction{0}, weighing{0};
  bool fails = false;
  int alive = 0;
  std::size_t handled = 0, told = 0;

  void wait(Duration span) const {
    try {
      if (span > Duration{0}) sleep_in(*runtime, span);
    } catch (const Error&) {
      // The runtime has ended.
    }
  }
};

struct Timed {
  using Item = int;
  explicit Timed(Plan* its_plan) : plan(its_plan) { ++plan->alive; }
  Timed(const Timed&) = delete;
  ~Timed() {
    plan->wait(plan->destruction);
    --plan->alive;
  }
  std::size_t weigh(const int&) const {
    plan->wait(plan->weighing);
    EXPECT_GT(plan->alive, 0);
    return 1;
  }
  void handle_batch(Batch<int>& batch) {
    plan->wait(plan->handling);
    if (plan->fails) throw Planned{};
    plan->handled += batch.size();
  }
  void handle_dropped(Batch<int>& batch, const Failure&) {
    plan->wait(plan->dropping);
    plan->told += batch.size();
  }
  Plan* plan;
};

using Slow = Batcher<Timed>;

/// stop(), and what it took.
Duration time_to_stop(Runtime& runtime, Slow& batcher) {
  const auto start = runtime.now();
  batcher.stop();
  return elapsed(runtime, start);
}

TEST(BatcherEnd, LeavesNothingHeldByAHandlerThatWasLeftBehind) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Plan plan{.runtime = &runtime, .handling = 1h};
    Slow batcher{runtime, BatcherOptions{.limit = 2, .shutdown = 1s}, &plan};
    batcher.push_all(std::vector<int>{1, 2, 3});
    runtime.run_until_idle();

    EXPECT_EQ(time_to_stop(runtime, batcher), 1s);

    EXPECT_EQ(batcher.stats().held, 0u);
    EXPECT_TRUE(batcher.drain(infinity));
    runtime.advance(2h);
    EXPECT_EQ(batcher.stats().held, 0u);
    EXPECT_EQ(batcher.stats().dropped, 1u);
    EXPECT_TRUE(batcher.drain(0s));
    EXPECT_EQ(plan.alive, 0);
  });
}

TEST(BatcherEnd, WaitsForHandleDroppedAndTheDefinitionButNotForEver) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Plan plan{.runtime = &runtime, .fails = true};
    (seed % 2 == 0 ? plan.dropping : plan.destruction) = seed % 3 == 0 ? Duration{1h} : 2s;
    Slow batcher{
        runtime,
        BatcherOptions{.limit = 1, .retry = {.max_attempts = 2, .backoff = 2h}, .shutdown = 5s},
        &plan};
    batcher.push(1);
    runtime.run_until_idle();

    EXPECT_EQ(time_to_stop(runtime, batcher), seed % 3 == 0 ? Duration{10s} : 7s);

    EXPECT_EQ(batcher.stats().dropped, 1u);
    runtime.advance(2h);
    EXPECT_EQ(plan.told, 1u);
    EXPECT_EQ(plan.alive, 0);
    EXPECT_EQ(batcher.stats().retried, 0u);  // the attempt never came
  });
}

TEST(BatcherEnd, IsNotHeldUpByADefinitionThatIsDestroyedInTime) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Plan plan{.runtime = &runtime, .destruction = 1h};
    Slow batcher{runtime, BatcherOptions{.limit = 1, .shutdown = 5s}, &plan};
    batcher.push(1);

    EXPECT_EQ(time_to_stop(runtime, batcher), 5s);

    EXPECT_EQ(plan.handled, 1u);
    runtime.advance(2h);
    EXPECT_EQ(plan.alive, 0);
  });
}

TEST(BatcherEnd, ThatIsToComeNowTellsNobodyOnTheCallersThread) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Plan plan{.runtime = &runtime, .dropping = 1ms, .fails = true};
    Slow batcher{runtime, BatcherOptions{.limit = 1, .retry = {.max_attempts = 2, .backoff = 2h}},
                 &plan};
    batcher.push(1);
    runtime.run_until_idle();
    const auto start = runtime.now();

    batcher.core()->stop_now();
    EXPECT_EQ(elapsed(runtime, start), 0s);
    batcher.stop();

    EXPECT_EQ(elapsed(runtime, start), 1ms);
    EXPECT_EQ(plan.told, 1u);
  });
}

TEST(BatcherEnd, ReportsABatchThatFailsAfterIt) {
  SimulatedRuntime runtime{1};
  Plan plan{.runtime = &runtime, .handling = 10s, .fails = true};
  Slow batcher{runtime, BatcherOptions{.limit = 1, .retry = {.max_attempts = 2}, .shutdown = 1s},
               &plan};
  batcher.push(1);
  runtime.run_until_idle();

  testing::internal::CaptureStderr();
  batcher.stop();
  runtime.advance(1min);
  const std::string said = testing::internal::GetCapturedStderr();

  EXPECT_EQ(batcher.stats().dropped, 1u);
  EXPECT_EQ(plan.told, 0u);
  EXPECT_NE(said.find("gave up 1 items of type int"), std::string::npos) << said;
}

/// Pushes, and is told where the batcher has stopped.
struct Pusher {
  explicit Pusher(Slow* its_batcher) : batcher(its_batcher) {}
  void handle_job(int item) {
    (void)error_of([&] { batcher->push(item); });
  }
  Slow* batcher;
};

// The definition is the batcher's, also while it weighs.
TEST(BatcherEnd, WaitsForAWeighButNotForEver) {
  for_each_seed([](std::uint64_t seed) {
    const bool too_long = seed % 2 == 0;
    SimulatedRuntime runtime{seed};
    Plan plan{.runtime = &runtime, .weighing = too_long ? Duration{1h} : 2s};
    Slow batcher{runtime, BatcherOptions{.max_weight = 9, .shutdown = 5s}, &plan};
    Pool<Pusher> pushers{runtime, PoolOptions{.size = 1}, &batcher};
    pushers.cast(1);
    runtime.run_until_idle();
    EXPECT_TRUE(batcher.drain(infinity));  // nothing is in yet

    EXPECT_EQ(time_to_stop(runtime, batcher), too_long ? Duration{5s} : 2s);

    EXPECT_EQ(plan.alive, too_long ? 1 : 0);
    runtime.advance(2h);
    EXPECT_EQ(plan.alive, 0);
    EXPECT_EQ(plan.handled, 0u);
  });
}

TEST(BatcherEnd, AccountsForEachItemHoweverItComes) {
  for_each_seed([](std::uint64_t seed) {
    detail::Random random{seed};
    SimulatedRuntime runtime{seed};
    Plan plan{.runtime = &runtime};
    plan.handling = std::chrono::milliseconds{random.below(5)};
    plan.dropping = std::chrono::milliseconds{random.below(5)};
    plan.destruction = std::chrono::milliseconds{random.below(5)};
    Slow batcher{runtime,
                 BatcherOptions{.limit = 1 + random.below(4),
                                .retry = {.max_attempts = 2, .backoff = 1ms},
                                .max_concurrent_batches = 1 + random.below(3),
                                .shutdown = std::chrono::milliseconds{random.below(8)}},
                 &plan};
    for (int time = 0; time < 3; ++time) {
      plan.handled = 0;
      const std::uint64_t before = batcher.stats().dropped + batcher.stats().items;
      std::size_t pushed = 0;
      for (int step = 0; step < 12; ++step) {
        plan.fails = random.below(3) == 0;
        batcher.push(step);
        ++pushed;
        if (random.below(2) == 0) runtime.advance(std::chrono::milliseconds{random.below(4)});
      }
      random.below(3) == 0 ? batcher.core()->stop_now() : batcher.stop();
      batcher.stop();
      EXPECT_EQ(batcher.stats().held, 0u);
      EXPECT_TRUE(batcher.drain(0s));
      runtime.advance(1s);  // for those that were left behind

      EXPECT_EQ(batcher.stats().dropped + batcher.stats().items, before + pushed);
      EXPECT_EQ(plan.alive, 0);
      EXPECT_EQ(batcher.stats().held, 0u);
      batcher.core()->restart();
      EXPECT_EQ(plan.alive, 1);
    }
  });
}

}  // namespace
