// Room in the pool's queue: who gets it, who waits for it, and what gives it up.

#include <algorithm>
#include <optional>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Job {
  int number = 0;
  Duration takes{0};
};
struct Fill {
  int count;
};
struct Boom {};

struct Clerk {
  explicit Clerk(std::vector<int>* its_log, Pool<Clerk>** its_pool = nullptr)
      : log(its_log), pool(its_pool) {}

  void handle_job(const Job& job, Context& context) {
    log->push_back(job.number);
    if (job.takes > 0ns) context.sleep(job.takes);
  }
  void handle_job(const Boom&) { throw Planned{}; }
  int handle_call(const Job& job, Context& context) {
    handle_job(job, context);
    return job.number;
  }
  std::optional<ErrorCode> handle_call(Fill fill) {
    return error_of([&] {
      for (int i = 0; i < fill.count; ++i) (*pool)->cast(Job{i}, Routing::available);
    });
  }

  std::vector<int>* log;
  Pool<Clerk>** pool;
};

/// Three of them, in a pool with one place, which they know.
struct Three {
  explicit Three(std::uint64_t seed) : runtime(seed) {}
  SimulatedRuntime runtime;
  std::vector<int> log{};
  Pool<Clerk>* itself = nullptr;
  Pool<Clerk> pool{runtime, {.size = 3, .dynamic = true, .queue = {.capacity = 1}}, &log, &itself};
};

/// Whoever calls it waits for that long.
struct Sleeper {
  void handle_call(Duration time, Context& context) { context.sleep(time); }
};

/// Calls, and notes what becomes of it.
struct Caller {
  void handle_job(Duration timeout) {
    *error = error_of([&] { target->call(Job{9}, {.timeout = timeout}); });
  }
  Pool<Clerk>* target;
  std::optional<ErrorCode>* error;
};

PoolOptions bounded(std::size_t size, std::size_t capacity, OnFull on_full = OnFull::block) {
  return {.size = size,
          .routing = Routing::available,
          .queue = {.capacity = capacity, .on_full = on_full}};
}

std::ptrdiff_t busy(const PoolStats& stats) {
  return std::count_if(stats.workers.begin(), stats.workers.end(),
                       [](const WorkerStats& each) { return each.busy; });
}

TEST(SharedRoom, WakesAWorkerForEachMessageThatHadToWaitForRoom) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        std::vector<int> log;
        Pool<Clerk> pool{runtime, bounded(4, 1), &log};
        const auto began = runtime.now();

        for (int i = 0; i < 4; ++i) pool.cast(Job{i, 1s});
        runtime.run_until_idle();

        EXPECT_EQ(busy(pool.stats()), 4);
        EXPECT_EQ(pool.stats().shared_length, 0u);
        EXPECT_TRUE(pool.drain(10s));
        EXPECT_EQ(elapsed(runtime, began), 1s);
      },
      200);
}

TEST(SharedRoom, AdmitsAsManyAsThereIsRoomForWhereSeveralCallsWereGivenUp) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        std::vector<int> log;
        Pool<Clerk> pool{runtime, bounded(1, 3), &log};
        Pool<Clerk>* target = &pool;
        Pool<Clerk> senders{runtime, PoolOptions{.size = 3}, &log, &target};
        pool.cast(Job{-1, 1s});
        runtime.run_until_idle();
        auto one = pool.send_request(Job{10}), other = pool.send_request(Job{11});
        pool.cast(Job{12, 1s});
        std::vector<Future<std::optional<ErrorCode>>> sent;
        for (std::size_t i = 0; i < 3; ++i)
          sent.push_back(senders.send_request(Fill{1}, {.route = Route::index(i)}));
        runtime.run_until_idle();

        EXPECT_TRUE(one.cancel());
        EXPECT_TRUE(other.cancel());
        runtime.advance(1s);

        for (auto& each : sent) EXPECT_TRUE(each.ready());
        EXPECT_TRUE(pool.drain(10s));
        EXPECT_EQ(log, (std::vector<int>{-1, 12, 0, 0, 0}));
      },
      200);
}

TEST(SharedRoom, GoesToWhoComesNextWhereARequestIsCancelled) {
  for_each_seed(
      [](std::uint64_t seed) {
        for (const OnFull on_full : {OnFull::reject, OnFull::drop_oldest, OnFull::block}) {
          SimulatedRuntime runtime{seed};
          std::vector<int> log;
          Pool<Clerk> pool{runtime, bounded(1, 3, on_full), &log};
          pool.cast(Job{0, 1s});
          runtime.run_until_idle();
          const auto began = runtime.now();
          pool.cast(Job{1});
          auto one = pool.send_request(Job{2}), other = pool.send_request(Job{3});

          EXPECT_TRUE(one.cancel());
          EXPECT_TRUE(other.cancel());
          pool.cast(Job{4});
          EXPECT_TRUE(pool.try_cast(Job{5}));

          EXPECT_EQ(elapsed(runtime, began), 0ns);
          EXPECT_EQ(pool.stats().shared_length, 3u);
          EXPECT_TRUE(pool.drain(10s));
          EXPECT_EQ(log, (std::vector<int>{0, 1, 4, 5}));
          EXPECT_EQ(pool.stats().dropped, 0u);
        }
      },
      200);
}

TEST(SharedRoom, IsGivenUpByARequestAtItsTimeoutAndSoIsTheRequest) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        std::vector<int> log;
        Pool<Clerk> pool{runtime, bounded(1, 2, OnFull::reject), &log};
        pool.cast(Job{0, 1s});
        runtime.run_until_idle();
        std::optional<ErrorCode> told;

        auto read = pool.send_request(Job{1}, {.timeout = 100ms});
        pool.send_request(Job{2}, {.timeout = 100ms}).then([&](Result<int> result) {
          told = error_of([&] { (void)result.value(); });
        });
        EXPECT_EQ(error_of([&] { pool.cast(Job{3}); }), ErrorCode::queue_full);
        EXPECT_EQ(error_of([&] { read.get(); }), ErrorCode::timeout);
        runtime.run_until_idle();

        EXPECT_EQ(told, ErrorCode::timeout);
        pool.cast(Job{4});
        pool.cast(Job{5});
        EXPECT_TRUE(pool.drain(10s));
        EXPECT_EQ(log, (std::vector<int>{0, 4, 5}));
        EXPECT_EQ(pool.stats().dropped, 0u);
      },
      200);
}

TEST(SharedRoom, TakesItsTimeFromTheWorkerTimeoutOfARequest) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        std::vector<int> log;
        Pool<Clerk> pool{runtime, bounded(1, 1), &log};
        pool.cast(Job{0, 500ms});
        runtime.run_until_idle();
        pool.cast(Job{1, 1s});
        const auto began = runtime.now();

        auto request = pool.send_request(Job{2}, {.timeout = 5s, .worker_timeout = 800ms});
        EXPECT_EQ(elapsed(runtime, began), 500ms) << "it waits for room";
        EXPECT_EQ(error_of([&] { request.get(); }), ErrorCode::timeout);

        EXPECT_EQ(elapsed(runtime, began), 800ms);
        EXPECT_TRUE(pool.drain(10s));
        EXPECT_EQ(log, (std::vector<int>{0, 1}));
      },
      200);
}

TEST(SharedRoom, IsNotGivenUpTwiceByACallThatTimesOutWhileThePoolStops) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        std::vector<int> log;
        Pool<Sleeper> sleepers{runtime, PoolOptions{.size = 1}};
        Pool<Clerk> pool{runtime, bounded(1, 5), &log};
        std::optional<ErrorCode> error;
        Pool<Caller> callers{runtime, PoolOptions{.size = 1}, &pool, &error};
        const Subscription slow = runtime.on([&](const Event& event) {
          if (event.kind == Event::Kind::job_dropped) sleepers.call(Duration{300ms});
        });
        pool.pause();
        pool.cast(Job{1});  // told of, slowly, before the call is
        callers.cast(Duration{150ms});
        runtime.run_until_idle();

        pool.stop();
        EXPECT_TRUE(callers.drain(1s));

        EXPECT_TRUE(error == ErrorCode::timeout || error == ErrorCode::stopped);
        EXPECT_EQ(pool.stats().queue_length, 0u);
        pool.core()->restart();
        pool.cast(Job{2});
        EXPECT_TRUE(pool.drain(1s));
        EXPECT_EQ(log, std::vector<int>{2});
      },
      200);
}

TEST(SharedRoom, IsRefusedToOneWhereThePoolShrinksToWorkersThatAllWaitForIt) {
  for_each_seed(
      [](std::uint64_t seed) {
        Three three{seed};
        auto& [runtime, log, itself, pool] = three;
        itself = &pool;
        pool.cast(Job{-1, 1h}, Route::index(2));
        runtime.run_until_idle();
        auto one = pool.send_request(Fill{4}, {.route = Route::index(0)});
        auto other = pool.send_request(Fill{4}, {.route = Route::index(1)});
        runtime.run_until_idle();
        EXPECT_FALSE(one.ready() || other.ready());

        pool.resize(2);
        runtime.run_until_idle();

        const auto first = one.get(0s), second = other.get(0s);
        EXPECT_EQ((first == ErrorCode::would_deadlock) + (second == ErrorCode::would_deadlock), 1);
        EXPECT_EQ(first.has_value() + second.has_value(), 1) << "the other found room";
      },
      200);
}

TEST(SharedRoom, IsWaitedForAsLongAsAWorkerIsLeftWhoCanMakeIt) {
  for_each_seed(
      [](std::uint64_t seed) {
        Three three{seed};
        auto& [runtime, log, itself, pool] = three;
        itself = &pool;
        pool.cast(Job{-1, 1s}, Route::index(0));
        runtime.run_until_idle();
        auto one = pool.send_request(Fill{4}, {.route = Route::index(1)});
        auto other = pool.send_request(Fill{4}, {.route = Route::index(2)});
        runtime.run_until_idle();

        pool.resize(2);
        runtime.advance(1s);

        EXPECT_FALSE(one.get(0s).has_value());
        EXPECT_FALSE(other.get(0s).has_value());
        EXPECT_TRUE(pool.drain(1s));
        EXPECT_EQ(log.size(), 9u);
      },
      200);
}

TEST(NextAvailable, DoesNotWaitForWhoeverTellsOfAFailureOnAWorkersThread) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        std::vector<int> log;
        Pool<Sleeper> sleepers{runtime, PoolOptions{.size = 1}};
        Pool<Clerk> pool{runtime, {.size = 1, .routing = Routing::next_available}, &log};
        const Subscription slow = runtime.on([&](const Event& event) {
          if (event.kind == Event::Kind::job_failed) sleepers.call(Duration{2s});
        });
        pool.cast(Boom{});
        runtime.run_until_idle();
        const auto began = runtime.now();

        EXPECT_FALSE(pool.try_cast(Job{1}));
        EXPECT_EQ(elapsed(runtime, began), 0ns);
        EXPECT_EQ(error_of([&] { pool.cast(Job{2}); }), ErrorCode::no_worker);
        EXPECT_LE(elapsed(runtime, began), 1ms);
      },
      200);
}

}  // namespace
