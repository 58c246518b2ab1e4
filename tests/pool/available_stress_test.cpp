// The shared queue under real threads.

#include <atomic>
#include <chrono>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>
#include <poolder/pool/pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/threads.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;
using poolder::detail::Random;

namespace {

struct Job {};
struct Crash {};
struct Ask {
  int value;
};

struct Counts {
  std::atomic<std::uint64_t> handled{0};
};

struct Worker {
  static constexpr WorkerOptions options{.retry = {.max_attempts = 2},
                                         .on_failure = OnFailure::restart};
  explicit Worker(Counts* its_counts) : counts(its_counts) {}
  void handle_job(const Job&) { ++counts->handled; }
  void handle_job(const Crash&, Context& context) {
    if (context.attempt() == 1) throw Crash{};
    ++counts->handled;
  }
  int handle_call(const Ask& ask) {
    ++counts->handled;
    return ask.value;
  }
  Counts* counts;
};

constexpr PoolOptions lenient{
    .size = 4, .call_timeout = infinity, .restart = {.max_restarts = 100'000'000}};

Route any_route(Random& random) {
  switch (random.below(6)) {
    case 0:
      return Routing::round_robin;
    case 1:
      return Routing::least_loaded;
    case 2:
      return Route::hash(random.below(9));
    case 3:
      return Routing::next_available;
    default:
      return Routing::available;
  }
}

// A message that waits for anybody while somebody rests would hang a caller for ever.
TEST(AvailableStress, LeavesNoCallWaitingWhileOtherRoutingsKeepTheWorkersBusy) {
  Counts counts;
  Runtime runtime{{.threads = 2}};
  Pool<Worker> pool{runtime, lenient, &counts};
  std::atomic<std::uint64_t> sent{0};

  on_threads(8, [&](std::size_t thread) {
    Random random{thread + 1};
    for (int i = 0; i < 2'000; ++i) {
      const Route route = any_route(random);
      try {
        if (random.below(2) == 0)
          EXPECT_EQ(pool.call(Ask{i}, {.route = route}), i);
        else
          random.below(8) == 0 ? pool.cast(Crash{}, route) : pool.cast(Job{}, route);
        ++sent;
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::no_worker);
      }
    }
  });

  EXPECT_TRUE(pool.drain(patience));
  EXPECT_EQ(counts.handled, sent);
  EXPECT_EQ(pool.stats().shared_length, 0u);
}

TEST(AvailableStress, FindsAWorkerFreeThatHasJustAnswered) {
  Counts counts;
  Runtime runtime{{.threads = 2}};
  Pool<Worker> pool{runtime, {.size = 1, .call_timeout = infinity}, &counts};
  int missed = 0;
  for (int i = 0; i < 3'000; ++i)
    missed += error_of([&] { pool.call(Ask{i}, {.route = Routing::next_available}); }).has_value();
  EXPECT_EQ(missed, 0);
}

TEST(AvailableStress, AccountsForEveryCallThatGivesUpWhileWorkersAreKilledAndThePoolResized) {
  Counts counts;
  Runtime runtime{{.threads = 2}};
  PoolOptions options = lenient;
  options.dynamic = true;
  options.queue = {.capacity = 8};
  Pool<Worker> pool{runtime, options, &counts};
  std::atomic<std::uint64_t> answered{0}, refused{0};
  std::atomic<bool> over{false};
  std::jthread trouble([&] {
    Random random{99};
    while (!over) {
      pool.kill(pool.worker(0));
      pool.resize(1 + random.below(6));
      if (random.below(4) == 0) {
        pool.pause();
        pool.resume();
      }
    }
  });

  on_threads(6, [&](std::size_t thread) {
    Random random{thread + 1};
    for (int i = 0; i < 2'000; ++i) {
      const CallOptions limits{
          .timeout = 1s, .route = Routing::available, .worker_timeout = random.below(200) * 1us};
      auto result = pool.try_call(Ask{i}, limits);
      if (result) {
        EXPECT_EQ(result.value(), i);
        ++answered;
      } else {
        EXPECT_TRUE(result.code() == ErrorCode::timeout || result.code() == ErrorCode::worker_down);
        ++refused;
      }
    }
  });
  over = true;
  trouble.join();

  EXPECT_TRUE(pool.drain(patience));
  EXPECT_EQ(answered + refused, 12'000u);
  EXPECT_GE(counts.handled, answered);
  EXPECT_EQ(pool.stats().queue_length, 0u);
}

TEST(AvailableStress, RefusesOrHandlesEachMessageWhenThePoolStops) {
  for (int time = 0; time < 100; ++time) {
    Counts counts;
    Runtime runtime{{.threads = 2}};
    Pool<Worker> pool{
        runtime, {.size = 2, .routing = Routing::available, .queue = {.capacity = 4}}, &counts};
    std::atomic<int> stopped{0};
    on_threads(4, [&](std::size_t thread) {
      if (thread == 0) {
        for (int i = 0; i < 50; ++i) pool.cast(Job{});
        return pool.stop();
      }
      while (!error_of([&] { pool.cast(Job{}); }) && !error_of([&] { pool.call(Ask{1}); })) {
      }
      ++stopped;
    });
    EXPECT_EQ(stopped, 3);
    EXPECT_EQ(pool.stats().queue_length, 0u);
  }
}

}  // namespace
