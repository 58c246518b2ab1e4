// Where messages go.

#include <algorithm>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Keyed {
  std::string key;
};
struct Plain {};
struct Unhashed {
  std::unique_ptr<int> payload;
};

struct Log {
  std::vector<std::size_t> slots;             // of plain messages, in the order handled
  std::map<std::string, std::size_t> of_key;  // where each key was handled last
  std::size_t total() const { return slots.size(); }
};

struct Worker {
  explicit Worker(Log* its_log) : log(its_log) {}
  static const std::string& key(const Keyed& message) { return message.key; }

  void handle_job(const Plain&, Context& context) { log->slots.push_back(context.index()); }
  void handle_job(const Keyed& message, Context& context) {
    log->of_key[message.key] = context.index();
    log->slots.push_back(context.index());
  }
  void handle_job(Unhashed&&, Context& context) { log->slots.push_back(context.index()); }
  std::size_t handle_call(const Plain&, Context& context) { return context.index(); }
  Pid handle_call(int, Context& context) { return context.self(); }

  Log* log;
};

std::vector<int> counts(const Log& log, std::size_t size) {
  std::vector<int> counts(size);
  for (const std::size_t slot : log.slots) ++counts.at(slot);
  return counts;
}

struct Burst {
  int count;
};
struct Sender {
  explicit Sender(Pool<Worker>* its_target) : target(its_target) {}
  void handle_job(const Burst& burst, Context& context) {
    for (int i = 0; i < burst.count; ++i) {
      i % 2 == 0 ? target->cast(Plain{}) : void(target->try_cast(Plain{}));
      context.sleep(1us);
    }
  }
  Pool<Worker>* target;
};

TEST(PoolRouting, RoundRobinIsExactWithSeveralSenders) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, PoolOptions{.size = 4}, &log};
    Pool<Sender> senders{runtime, PoolOptions{.size = 3}, &pool};

    for (const int count : {7, 5, 8}) senders.cast(Burst{count});
    EXPECT_TRUE(senders.drain(1s));
    pool.cast_all(std::vector<Plain>(8));
    EXPECT_TRUE(pool.drain(1s));

    EXPECT_EQ(counts(log, 4), (std::vector<int>{7, 7, 7, 7}));
    for (std::size_t i = 0; i < 8; ++i) EXPECT_EQ(pool.call(Plain{}), i % 4);
    EXPECT_EQ(pool.stats().next_worker, 0u);
  });
}

TEST(PoolRouting, HashIsStableAndMovesOnlyWhatMustMoveWhenThePoolGrows) {
  int moved = 0;

  for_each_seed([&](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    detail::Random random{seed};
    const std::size_t size = 1 + random.below(6);
    Pool<Worker> pool{runtime, PoolOptions{.size = size, .dynamic = true, .routing = Routing::hash},
                      &log};
    const auto send_all = [&] {
      for (int i = 0; i < 20; ++i) pool.cast(Keyed{std::to_string(seed * 100) + char('a' + i)});
      EXPECT_TRUE(pool.drain(1s));
      return log.of_key;
    };

    const auto before = send_all();
    EXPECT_EQ(send_all(), before);
    pool.start_worker();
    const auto after = send_all();
    pool.stop_worker();

    for (const auto& [key, slot] : after) {
      EXPECT_TRUE(slot == before.at(key) || slot == size) << key;
      moved += slot != before.at(key);
    }
    EXPECT_EQ(send_all(), before);
  });

  EXPECT_GT(moved, 3'000);
  EXPECT_LT(moved, 8'000);
}

TEST(PoolRouting, AShrunkSlotsQueueIsRoutedByKeyAgain) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, PoolOptions{.size = 6, .dynamic = true, .routing = Routing::hash},
                      &log};

    pool.pause();
    for (int i = 0; i < 12; ++i) pool.cast(Keyed{std::to_string(seed + 1'000) + char('a' + i)});
    pool.resize(3);
    pool.resume();
    EXPECT_TRUE(pool.drain(1s));
    const auto queued = log.of_key;
    for (const auto& [key, slot] : queued) pool.cast(Keyed{key});
    EXPECT_TRUE(pool.drain(1s));

    EXPECT_EQ(queued.size(), 12u);
    EXPECT_EQ(log.of_key, queued);
  });
}

TEST(PoolRouting, RandomAndMonotonicStayInRangeAndReachAll) {
  for (const Routing routing : {Routing::random, Routing::monotonic}) {
    std::vector<int> reached(5);

    for_each_seed([&](std::uint64_t seed) {
      Log log;
      SimulatedRuntime runtime{seed};
      detail::Random random{seed};
      Pool<Worker> pool{runtime, PoolOptions{.size = 5, .routing = routing}, &log};

      for (int i = 0; i < 10; ++i) {
        runtime.advance(Duration{random.below(100)});
        pool.cast(Plain{});
      }
      EXPECT_TRUE(pool.drain(1s));

      EXPECT_EQ(log.total(), 10u);
      const std::vector<int> once = counts(log, 5);
      for (std::size_t i = 0; i < 5; ++i) reached[i] += once[i];
    });

    for (const int each : reached) EXPECT_NEAR(each, 2'000, 200);
  }
}

TEST(PoolRouting, BroadcastReachesEveryWorkerOnceByRouteByRoutingAndByName) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Worker> some{runtime, PoolOptions{.size = 3, .dynamic = true}, &log};
    Pool<Worker> all{runtime, PoolOptions{.size = 2, .routing = Routing::broadcast}, &log};

    EXPECT_EQ(some.broadcast(Plain{}), 3u);
    some.cast(Plain{}, Routing::broadcast);
    some.resize(5);
    EXPECT_EQ(some.broadcast(Plain{}), 5u);
    EXPECT_TRUE(some.drain(1s));
    EXPECT_EQ(counts(log, 5), (std::vector<int>{3, 3, 3, 1, 1}));

    all.cast(Plain{});
    EXPECT_TRUE(all.try_cast(Plain{}));
    all.cast_all(std::vector<Plain>(2));
    EXPECT_EQ(error_of([&] { all.call(Plain{}); }), ErrorCode::invalid_argument);
    EXPECT_EQ(all.call(Plain{}, {.route = Route::index(1)}), 1u);
    EXPECT_TRUE(all.drain(1s));
    EXPECT_EQ(counts(log, 5), (std::vector<int>{7, 7, 3, 1, 1}));
  });
}

TEST(PoolRouting, IndexPidAndFunctionNameTheirWorker) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    detail::Random random{seed};
    Pool<Worker> pool{runtime, PoolOptions{.size = 4, .dynamic = true, .restart = lenient}, &log};
    const std::size_t index = random.below(4);
    const Pid pid = pool.worker(index);

    EXPECT_EQ(pool.call(Plain{}, {.route = Route::index(index)}), index);
    EXPECT_EQ(pool.call(Plain{}, {.route = pid}), index);
    EXPECT_EQ(pool.call(1, {.route = Route::index(index)}), pid);
    EXPECT_EQ(pool.call(Plain{}, {.route = [&](std::size_t size) { return size - 1; }}), 3u);
    pool.cast(Unhashed{}, Route::index(index));
    pool.kill(pid);

    EXPECT_EQ(error_of([&] { pool.cast(Plain{}, pid); }), ErrorCode::worker_down);
    EXPECT_EQ(error_of([&] { pool.call(Plain{}, {.route = pid}); }), ErrorCode::worker_down);
    EXPECT_EQ(error_of([&] { pool.cast(Plain{}, Pid{}); }), ErrorCode::worker_down);
    EXPECT_EQ(pool.call(Plain{}, {.route = Route::index(index)}), index);
    EXPECT_NE(pool.worker(index), pid);
    const auto beyond = [](std::size_t size) { return size; };
    EXPECT_EQ(error_of([&] { pool.cast(Plain{}, beyond); }), ErrorCode::invalid_argument);
    EXPECT_EQ(error_of([&] { pool.cast(Plain{}, Route::index(4)); }), ErrorCode::invalid_argument);
    EXPECT_EQ(error_of([&] { (void)pool.worker(4); }), ErrorCode::not_found);
    EXPECT_TRUE(pool.drain(1s));
    EXPECT_EQ(log.slots, std::vector<std::size_t>{index});
  });
}

TEST(PoolRouting, WhatWasSentToAPidStaysWithTheSlotWhenTheWorkerEnds) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, PoolOptions{.size = 3, .restart = lenient}, &log};
    const Pid pid = pool.worker(1);

    for (int i = 0; i < 5; ++i) pool.cast(Plain{}, pid);
    pool.kill(pid);

    EXPECT_TRUE(pool.drain(1s));
    EXPECT_EQ(log.slots, (std::vector<std::size_t>(5, 1)));
  });
}

}  // namespace
