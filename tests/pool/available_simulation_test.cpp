// One queue for the pool: whoever is free next takes from it.

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

const CallOptions by_available{.route = Routing::available};

struct Job {
  int number = 0;
  Duration takes{0};
};
struct Fail {
  int number = 0;
};
struct Fill {
  int count;
};

struct Log {
  struct Entry {
    int number;
    std::size_t slot;
  };
  std::vector<Entry> entries;
  std::vector<int> numbers() const {
    std::vector<int> all;
    for (const Entry& each : entries) all.push_back(each.number);
    return all;
  }
};

struct Clerk {
  static constexpr WorkerOptions options{.retry = {.max_attempts = 2, .backoff = 5ms},
                                         .on_failure = OnFailure::restart};
  Clerk(Log* its_log, Pool<Clerk>** its_pool = nullptr) : log(its_log), pool(its_pool) {}

  void handle_job(const Job& job, Context& context) {
    log->entries.push_back({job.number, context.index()});
    if (job.takes > 0ns) context.sleep(job.takes);
  }
  void handle_job(const Fail& job, Context& context) {
    log->entries.push_back({job.number, context.index()});
    if (context.attempt() == 1) throw Planned{};
  }
  std::size_t handle_call(const Job& job, Context& context) {
    handle_job(job, context);
    return context.index();
  }
  std::optional<ErrorCode> handle_call(Fill fill, Context&) {
    return error_of([&] {
      for (int i = 0; i < fill.count; ++i) (*pool)->cast(Job{i}, Routing::available);
    });
  }

  Log* log;
  Pool<Clerk>** pool;
};

std::vector<int> from_to(int first, int last) {
  std::vector<int> numbers(static_cast<std::size_t>(std::abs(last - first)) + 1);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    numbers[i] = first + (first < last ? static_cast<int>(i) : -static_cast<int>(i));
  return numbers;
}

/// Every worker at work for that long.
void occupy(Pool<Clerk>& pool, SimulatedRuntime& runtime, Duration time) {
  for (std::size_t i = 0; i < pool.size(); ++i) pool.cast(Job{-1, time}, Route::index(i));
  runtime.run_until_idle();
}

TEST(Available, TakesTheOldestOrTheNewestCallsAndCastsAlike) {  // WP-34
  for_each_seed([](std::uint64_t seed) {
    for (const QueueOrder order : {QueueOrder::fifo, QueueOrder::lifo}) {
      SimulatedRuntime runtime{seed};
      Log log;
      Pool<Clerk> pool{
          runtime, {.size = 1, .routing = Routing::available, .queue = {.order = order}}, &log};
      occupy(pool, runtime, 1s);
      std::vector<Future<std::size_t>> replies;

      for (int i = 0; i < 10; ++i)
        i % 2 == 0 ? pool.cast(Job{i}) : replies.push_back(pool.send_request(Job{i}));
      EXPECT_TRUE(pool.drain(5s));

      log.entries.erase(log.entries.begin());
      EXPECT_EQ(log.numbers(), order == QueueOrder::fifo ? from_to(0, 9) : from_to(9, 0));
      for (auto& each : replies) EXPECT_EQ(each.get(0s), 0u);
    }
  });
}

TEST(Available, LetsASlowJobHoldUpNobody) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Log log;
    Pool<Clerk> pool{runtime, {.size = 3, .routing = Routing::available}, &log};
    const auto began = runtime.now();

    pool.cast(Job{0, 10s});
    for (int i = 1; i <= 20; ++i) pool.cast(Job{i, 10ms});
    for (int i = 0; i < 20; ++i) pool.call(Job{100 + i, 1ms});

    EXPECT_LE(elapsed(runtime, began), 150ms);
    EXPECT_TRUE(pool.drain(20s));
    EXPECT_EQ(log.entries.size(), 41u);
  });
}

TEST(Available, WithdrawsACallThatFoundNoWorkerInTime) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        Log log;
        Pool<Clerk> pool{runtime, {.size = 2, .queue = {.capacity = 1}}, &log};
        occupy(pool, runtime, 2s);
        const auto began = runtime.now();

        for (int i = 0; i < 50; ++i) {
          EXPECT_EQ(error_of([&] {
                      pool.call(Job{7}, {.route = Routing::available, .worker_timeout = 10ms});
                    }),
                    ErrorCode::timeout);
          EXPECT_EQ(
              error_of([&] { pool.call(Job{7}, {.timeout = 10ms, .route = Routing::available}); }),
              ErrorCode::timeout);
        }
        auto late =
            pool.send_request(Job{7}, {.route = Routing::available, .worker_timeout = 10ms});
        runtime.advance(10ms);

        EXPECT_EQ(elapsed(runtime, began), 1010ms);
        EXPECT_EQ(error_of([&] { late.get(0s); }), ErrorCode::timeout);
        EXPECT_TRUE(pool.drain(5s));
        EXPECT_EQ(log.numbers(), (std::vector<int>{-1, -1}));
        EXPECT_EQ(pool.stats().queue_length, 0u);
        EXPECT_EQ(pool.stats().dropped, 0u);
      },
      100);
}

TEST(Available, CountsTheWaitIntoTheCallsTimeoutAndLetsWhatHasStartedFinish) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Log log;
    Pool<Clerk> pool{runtime, {.size = 1}, &log};
    occupy(pool, runtime, 50ms);
    const auto began = runtime.now();

    EXPECT_EQ(error_of([&] {
                pool.call(Job{1, 100ms},
                          {.timeout = 100ms, .route = Routing::available, .worker_timeout = 60ms});
              }),
              ErrorCode::timeout);

    EXPECT_EQ(elapsed(runtime, began), 100ms);
    EXPECT_TRUE(pool.drain(5s));
    EXPECT_EQ(log.numbers(), (std::vector<int>{-1, 1}));
  });
}

TEST(Available, BoundsThePoolsQueueAndNotTheSlots) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        Log log;
        const auto with = [](OnFull on_full) {
          return PoolOptions{.size = 2,
                             .routing = Routing::available,
                             .queue = {.capacity = 3, .on_full = on_full}};
        };
        Pool<Clerk> rejecting{runtime, with(OnFull::reject), &log};
        Pool<Clerk> dropping{runtime, with(OnFull::drop_oldest), &log};
        Pool<Clerk> blocking{runtime, with(OnFull::block), &log};
        for (auto* each : {&rejecting, &dropping, &blocking}) occupy(*each, runtime, 1s);
        log.entries.clear();

        for (int i = 0; i < 3; ++i) rejecting.cast(Job{i});
        EXPECT_EQ(error_of([&] { rejecting.cast(Job{3}); }), ErrorCode::queue_full);
        EXPECT_EQ(error_of([&] { rejecting.call(Job{3}); }), ErrorCode::queue_full);
        EXPECT_FALSE(rejecting.try_cast(Job{3}));
        EXPECT_EQ(rejecting.stats().queue_length, 3u);
        for (int i = 10; i < 15; ++i) dropping.cast(Job{i});
        EXPECT_EQ(dropping.stats().dropped, 2u);
        const auto began = runtime.now();
        for (int i = 20; i < 26; ++i) blocking.cast(Job{i, 100ms});

        EXPECT_EQ(elapsed(runtime, began), 1100ms) << "two more fit when two have begun, one later";
        for (auto* each : {&rejecting, &dropping, &blocking}) EXPECT_TRUE(each->drain(5s));
        auto numbers = log.numbers();
        std::sort(numbers.begin(), numbers.end());
        EXPECT_EQ(numbers, (std::vector<int>{0, 1, 2, 12, 13, 14, 20, 21, 22, 23, 24, 25}));
      },
      200);
}

TEST(Available, FailsTheHandlerThatWouldMakeEveryWorkerWaitForRoom) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Log log;
    Pool<Clerk>* itself = nullptr;
    Pool<Clerk> pool{runtime,
                     {.size = 2, .routing = Routing::available, .queue = {.capacity = 1}},
                     &log,
                     &itself};
    itself = &pool;

    auto one = pool.send_request(Fill{3}, {.route = Route::index(0)});
    auto other = pool.send_request(Fill{3}, {.route = Route::index(1)});
    runtime.run_until_idle();

    const auto first = one.get(1s), second = other.get(1s);
    EXPECT_EQ((first == ErrorCode::would_deadlock) + (second == ErrorCode::would_deadlock), 1);
    EXPECT_EQ(first.has_value() + second.has_value(), 1) << "the other found room";
    EXPECT_TRUE(pool.drain(1s));
  });
}

TEST(Available, GivesUpWhatHasWaitedTooLong) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Log log;
    Pool<Clerk> pool{
        runtime, {.size = 1, .routing = Routing::available, .queue = {.max_wait = 100ms}}, &log};
    occupy(pool, runtime, 150ms);
    pool.cast(Job{1});
    auto call = pool.send_request(Job{2});
    runtime.advance(100ms);
    pool.cast(Job{3});

    EXPECT_TRUE(pool.drain(5s));

    EXPECT_EQ(log.numbers(), (std::vector<int>{-1, 3}));
    EXPECT_EQ(error_of([&] { call.get(0s); }), ErrorCode::timeout);
    EXPECT_EQ(pool.stats().dropped, 2u);
  });
}

TEST(Available, LosesNothingToACrashAndTriesAgainWithWhoeverIsFree) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Log log;
    Pool<Clerk> pool{runtime, {.size = 2, .routing = Routing::available}, &log};
    pool.cast(Job{0, 3ms}, Route::index(0));
    runtime.run_until_idle();
    pool.cast(Fail{1});  // at 1, the only one that is free
    runtime.run_until_idle();
    pool.cast(Job{2, 1s}, Route::index(1));
    runtime.advance(20ms);

    ASSERT_EQ(log.numbers(), (std::vector<int>{0, 1, 2, 1}));
    EXPECT_EQ(log.entries[1].slot, 1u);
    EXPECT_EQ(log.entries[3].slot, 0u) << "1 is busy, and was tried before";
    for (int i = 10; i < 30; ++i) pool.cast(Fail{i});
    EXPECT_TRUE(pool.drain(5s));
    EXPECT_EQ(log.entries.size(), 4u + 2 * 20);
    EXPECT_EQ(pool.stats().retried, 21u);
    EXPECT_EQ(pool.stats().dropped, 0u);
  });
}

TEST(Available, HandsWhatWaitedForAKilledWorkerToTheNext) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Log log;
    Pool<Clerk> pool{runtime, {.size = 1, .routing = Routing::available, .restart = lenient}, &log};
    occupy(pool, runtime, 1h);
    for (int i = 0; i < 5; ++i) pool.cast(Job{i});

    pool.kill(pool.worker(0));

    runtime.run_until_idle();
    EXPECT_EQ(log.numbers(), (std::vector<int>{-1, 0, 1, 2, 3, 4}));
    runtime.advance(1h);
  });
}

TEST(Available, HoldsEverythingWhilePausedAndGivesItUpWhenStopped) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Log log;
    Pool<Clerk> pool{runtime, {.size = 2, .routing = Routing::available}, &log};
    pool.pause();
    for (int i = 0; i < 5; ++i) pool.cast(Job{i});
    EXPECT_FALSE(pool.drain(1s));
    EXPECT_TRUE(log.entries.empty());
    EXPECT_EQ(error_of([&] { pool.cast(Job{9}, Routing::next_available); }), ErrorCode::no_worker);
    pool.resume();
    EXPECT_TRUE(pool.drain(1s));
    EXPECT_EQ(log.entries.size(), 5u);

    pool.pause();
    auto call = pool.send_request(Job{6});
    pool.cast(Job{7});
    pool.stop();

    EXPECT_EQ(error_of([&] { call.get(0s); }), ErrorCode::stopped);
    EXPECT_EQ(error_of([&] { pool.cast(Job{8}); }), ErrorCode::stopped);
    EXPECT_EQ(log.entries.size(), 5u);
    EXPECT_EQ(pool.stats().dropped, 2u);
  });
}

TEST(Available, GoesOnWhileThePoolShrinksAndGrows) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Log log;
    Pool<Clerk> pool{runtime, {.size = 4, .dynamic = true, .routing = Routing::available}, &log};
    pool.cast(Job{-2});  // from here on the pool knows who rests
    runtime.run_until_idle();
    pool.resize(1);
    runtime.run_until_idle();
    const auto began = runtime.now();

    for (int i = 0; i < 8; ++i) pool.cast(Job{i, 10ms});
    EXPECT_TRUE(pool.drain(5s));
    EXPECT_EQ(elapsed(runtime, began), 80ms);
    pool.resize(8);
    for (int i = 8; i < 16; ++i) pool.cast(Job{i, 10ms});
    EXPECT_TRUE(pool.drain(5s));

    EXPECT_EQ(elapsed(runtime, began), 90ms);
    EXPECT_EQ(log.entries.size(), 17u);
  });
}

TEST(Available, RunsACallOnTheCallersThreadWhereAWorkerIsFree) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Log log;
    Pool<Clerk> pool{runtime, {.size = 2, .inline_calls = true}, &log};
    pool.cast(Job{0, 1s}, Route::index(0));
    runtime.run_until_idle();

    for (const Routing routing : {Routing::available, Routing::next_available})
      for (int i = 0; i < 5; ++i) EXPECT_EQ(pool.call(Job{1}, {.route = routing}), 1u);
    occupy(pool, runtime, 1s);

    EXPECT_EQ(error_of([&] { pool.call(Job{2}, {.route = Routing::next_available}); }),
              ErrorCode::no_worker);
    EXPECT_LE(pool.call(Job{3}, by_available), 1u);
    EXPECT_TRUE(pool.drain(5s));
  });
}

TEST(Available, StartsAfreshInPlace) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Log log;
    Pool<Clerk> pool{runtime, {.size = 2, .routing = Routing::available}, &log};
    for (int i = 0; i < 5; ++i) pool.cast(Job{i, 1ms});
    pool.stop();
    const std::size_t before = log.entries.size();

    pool.core()->restart();

    for (int i = 10; i < 15; ++i) pool.cast(Job{i, 1ms});
    EXPECT_LT(pool.call(Job{20}), 2u);
    EXPECT_TRUE(pool.drain(5s));
    EXPECT_EQ(log.entries.size(), before + 6);
  });
}

}  // namespace
