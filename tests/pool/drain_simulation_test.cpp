// drain: true at a moment with nothing queued, running or in backoff, and never else.

#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Job {
  Duration takes{0};
  int failures = 0;
  int children = 0;  // sent on to the same pool
};
struct StopAll {
  Duration after{0};
};

struct Worker {
  static constexpr WorkerOptions options{.retry = {.max_attempts = 3, .backoff = 4ms}};

  explicit Worker(int* its_unfinished) : unfinished(its_unfinished) {}

  void handle_job(const Job& job, Context& context) {
    if (job.takes > Duration{0}) context.sleep(job.takes);
    if (context.attempt() <= job.failures) throw Planned{};
    for (int i = 0; i < job.children; ++i) {
      ++*unfinished;
      (*pool)->cast(Job{job.takes});
    }
    --*unfinished;
  }
  Next handle_job(const StopAll& job, Context& context) {
    context.sleep(job.after);
    return stop_pool();
  }
  bool handle_call(Duration deadline) { return (*pool)->drain(deadline); }

  int* unfinished;
  static inline Pool<Worker>** pool = nullptr;
};

struct Stage {
  explicit Stage(std::uint64_t seed, std::size_t size)
      : runtime(seed), pool(runtime, PoolOptions{.size = size, .dynamic = true}, &unfinished) {
    Worker::pool = &itself;
  }
  int unfinished = 0;
  SimulatedRuntime runtime;
  Pool<Worker> pool;
  Pool<Worker>* itself = &pool;
};

TEST(PoolDrain, IsTrueOnlyWhenNothingIsQueuedRunningOrInBackoff) {
  int in_time = 0, too_late = 0;

  for_each_seed([&](std::uint64_t seed) {
    Stage stage{seed, 3};
    detail::Random random{seed};

    for (int i = 0; i < 8; ++i) {
      ++stage.unfinished;
      stage.pool.cast(Job{Duration{random.below(2) * random.below(3'000'000)},
                          static_cast<int>(random.below(3)), static_cast<int>(random.below(3))});
      if (random.below(3) == 0) stage.pool.resize(1 + random.below(4));
    }
    const auto start = stage.runtime.now();
    const Duration deadline = std::chrono::milliseconds{random.below(40)};
    const bool drained = stage.pool.drain(deadline);

    EXPECT_TRUE(!drained || stage.unfinished == 0);
    EXPECT_TRUE(drained || stage.runtime.now() - start == deadline);
    ++(drained ? in_time : too_late);
    EXPECT_TRUE(stage.pool.drain(1s));
    EXPECT_EQ(stage.unfinished, 0);
  });

  EXPECT_GT(in_time, 100);
  EXPECT_GT(too_late, 100);
}

TEST(PoolDrain, WaitsForTheBackoffAloneAndNoLonger) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, 2};
    const auto start = stage.runtime.now();

    ++stage.unfinished;
    stage.pool.cast(Job{0ms, 2});

    EXPECT_TRUE(stage.pool.drain(infinity));
    EXPECT_EQ(stage.runtime.now() - start, 8ms);
    EXPECT_EQ(stage.unfinished, 0);
  });
}

TEST(PoolDrain, IsFalseAtTheDeadlineWhereThePoolIsPaused) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, 2};
    const auto start = stage.runtime.now();

    stage.pool.pause();
    EXPECT_TRUE(stage.pool.drain(1s));
    ++stage.unfinished;
    stage.pool.cast(Job{});

    EXPECT_FALSE(stage.pool.drain(3s));
    EXPECT_EQ(stage.runtime.now() - start, 3s);
    EXPECT_EQ(stage.unfinished, 1);
    stage.pool.resume();
    EXPECT_TRUE(stage.pool.drain(0s) || stage.pool.drain(1s));
    EXPECT_EQ(stage.unfinished, 0);
  });
}

TEST(PoolDrain, ReturnsWhenThePoolStopsMeanwhile) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, 3};
    detail::Random random{seed};

    stage.pool.cast(StopAll{2ms}, Route::index(0));
    if (random.below(2) == 0) stage.pool.cast(Job{0ms, 2}, Route::index(1));
    if (random.below(2) == 0) stage.pool.cast(Job{1h}, Route::index(2));
    const auto start = stage.runtime.now();

    EXPECT_TRUE(stage.pool.drain(infinity));
    EXPECT_LE(stage.runtime.now() - start, 3ms);
  });
}

TEST(PoolDrain, InsideAHandlerOfTheSamePoolWouldDeadlock) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed, 2};

    EXPECT_EQ(error_of([&] { stage.pool.call(Duration{1s}); }), ErrorCode::would_deadlock);
    EXPECT_TRUE(stage.pool.drain(1s));
  });
}

}  // namespace
