// Where messages go whose slot has gone, or has no worker.

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <vector>

#include "support/simulated_sleep.hpp"
#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Order {
  int key, number;
};
struct Sleep {
  Duration span;
};
struct Ignore {
  Runtime* runtime;
};

struct Log {
  std::map<int, std::set<std::size_t>> slots;  // that handled a key
  std::map<int, std::vector<int>> order;       // of a key's messages
};

struct Worker {
  explicit Worker(Log* its_log, const bool* its_broken) : log(its_log) {
    if (*its_broken) throw Planned{};
  }
  static int key(const Order& order) { return order.key; }

  void handle_job(const Order& order, Context& context) {
    log->slots[order.key].insert(context.index());
    log->order[order.key].push_back(order.number);
  }
  std::size_t handle_call(const Order& order, Context& context) {
    log->slots[order.key].insert(context.index());
    return context.index();
  }
  void handle_job(const Sleep& sleep, Context& context) { context.sleep(sleep.span); }
  /// The stop token, that is.
  void handle_job(const Ignore& ignore) { sleep_in(*ignore.runtime, 10s); }

  Log* log;
};

constexpr int keys = 8, of_each = 6;

void expect_each_key_at_one_slot_in_order(const Log& log) {
  EXPECT_EQ(log.slots.size(), static_cast<std::size_t>(keys));
  for (const auto& [key, slots] : log.slots) EXPECT_EQ(slots.size(), 1u) << "key " << key;
  for (const auto& [key, order] : log.order)
    EXPECT_TRUE(std::is_sorted(order.begin(), order.end()));
}

class PoolKeys : public testing::Test {
 protected:
  /// Messages that a route sends by key, while the pool shrinks under them.
  template <class Route>
  static void shrink_under(PoolOptions options, Route&& route_of) {
    for_each_seed([&](std::uint64_t seed) {
      const bool broken = false;
      Log log;
      SimulatedRuntime runtime{seed};
      detail::Random random{seed};
      options.size = 6;
      options.dynamic = true;
      Pool<Worker> pool{runtime, options, &log, &broken};
      pool.pause();
      std::vector<Future<std::size_t>> calls;
      for (int number = 0; number < of_each; ++number)
        for (int key = 0; key < keys; ++key) pool.cast(Order{key, number}, route_of(key));
      for (int key = 0; key < keys; ++key)
        calls.push_back(pool.send_request(Order{key, 0}, {.timeout = 1h, .route = route_of(key)}));
      pool.resize(1 + random.below(5));
      if (random.below(2) == 0) pool.resize(1 + random.below(6));
      pool.resume();
      EXPECT_TRUE(pool.drain(1h));

      expect_each_key_at_one_slot_in_order(log);
      for (int key = 0; key < keys; ++key) {
        const std::size_t now = pool.call(Order{key, 0}, {.route = route_of(key)});
        EXPECT_EQ(calls[static_cast<std::size_t>(key)].get(), now);
        EXPECT_EQ(*log.slots[key].begin(), now);
      }
    });
  }
};

TEST_F(PoolKeys, OfTheSendersOwnAreKeptWhenTheirSlotGoes) {
  shrink_under({}, [](int key) { return Route::hash(key); });
}

TEST_F(PoolKeys, OfTheSendersOwnGoBeforeThoseOfTheMessages) {
  shrink_under({.routing = Routing::hash}, [](int key) { return Route::hash(1'000 + key); });
}

TEST_F(PoolKeys, OfMessagesAreKeptInAPoolThatRoutesOtherwise) {
  shrink_under({.routing = Routing::available}, [](int) { return Route{Routing::hash}; });
}

/// Calls by key, and notes who answered.
struct Caller {
  explicit Caller(Pool<Worker>* its_pool, std::map<int, std::size_t>* its_notes)
      : pool(its_pool), notes(its_notes) {}
  void handle_job(int key) {
    (*notes)[key] = pool->call(Order{key, 0}, {.timeout = 1h, .route = Route::hash(key)});
  }
  Pool<Worker>* pool;
  std::map<int, std::size_t>* notes;
};

TEST_F(PoolKeys, OfCallsAreKeptAlsoWhereTheyMightHaveRunInline) {
  for_each_seed(
      [](std::uint64_t seed) {
        const bool broken = false;
        Log log;
        std::map<int, std::size_t> notes;
        SimulatedRuntime runtime{seed};
        Pool<Worker> pool{runtime, PoolOptions{.size = 6, .dynamic = true, .inline_calls = true},
                          &log, &broken};
        Pool<Caller> callers{runtime, PoolOptions{.size = keys}, &pool, &notes};
        pool.pause();
        for (int key = 0; key < keys; ++key) callers.cast(key);
        runtime.advance(1ms);
        pool.resize(2);
        pool.resume();
        EXPECT_TRUE(callers.drain(1h));

        EXPECT_EQ(notes.size(), static_cast<std::size_t>(keys));
        for (const auto& [key, slot] : notes)
          EXPECT_EQ(pool.call(Order{key, 0}, {.route = Route::hash(key)}), slot);
      },
      300);
}

TEST(PoolSizing, AWorkerThatIsOnItsWayOutCanBeKilled) {
  for_each_seed([](std::uint64_t seed) {
    const bool broken = false;
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, PoolOptions{.size = 2, .dynamic = true, .shutdown = infinity}, &log,
                      &broken};
    pool.cast(Ignore{&runtime}, Route::index(1));
    runtime.advance(1ms);
    const Pid leaving = pool.worker(1);
    std::vector<ExitReason::Kind> ends;
    const auto monitor =
        runtime.monitor(leaving, [&](Pid, const ExitReason& why) { ends.push_back(why.kind); });

    pool.resize(1);
    pool.kill(leaving);
    runtime.advance(1ms);

    EXPECT_EQ(ends, std::vector<ExitReason::Kind>{ExitReason::Kind::killed});
  });
}

TEST(PoolLeastLoaded, AvoidsSlotsThatWaitForTheirWorker) {
  for (const std::size_t size : {60u, 100u}) {
    const Quiet quiet;
    bool broken = false;
    Log log;
    SimulatedRuntime runtime{size};
    Pool<Worker> pool{runtime, PoolOptions{.size = size, .restart = lenient}, &log, &broken};
    for (std::size_t i = 0; i < size; ++i) pool.cast(Sleep{100s}, Route::index(i));
    runtime.advance(1ms);
    broken = true;
    for (std::size_t i = 0; i < size - 5; ++i) pool.kill(pool.worker(i));
    runtime.advance(1s);

    for (int i = 0; i < 500; ++i) pool.cast(Sleep{0ms}, Routing::least_loaded);

    const PoolStats stats = pool.stats();
    for (std::size_t i = 0; i < size - 5; ++i) EXPECT_EQ(stats.workers[i].queue_length, 0u) << i;
    broken = false;
  }
}

}  // namespace
