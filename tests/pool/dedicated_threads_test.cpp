// Workers with threads of their own.

#include <algorithm>
#include <atomic>
#include <mutex>
#include <set>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Where {};
struct Crash {};
struct Block {
  Gate* gate;
};
struct Fails {};

/// On which threads workers live.
struct Log {
  std::mutex mutex;
  std::set<std::thread::id> constructed, destroyed;
  std::atomic<int> alive{0};
};

struct Settled {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  explicit Settled(Log* its_log) : log(its_log) {
    const std::lock_guard lock(log->mutex);
    log->constructed.insert(home);
    ++log->alive;
  }
  ~Settled() {
    EXPECT_EQ(std::this_thread::get_id(), home);
    const std::lock_guard lock(log->mutex);
    log->destroyed.insert(home);
    --log->alive;
  }
  std::thread::id handle_call(Where) {
    EXPECT_EQ(std::this_thread::get_id(), home);
    return home;
  }
  void handle_job(Where) { EXPECT_EQ(std::this_thread::get_id(), home); }
  void handle_job(Crash) { throw Crash{}; }
  void handle_job(const Block& block) {
    EXPECT_TRUE(block.gate->wait());
    EXPECT_EQ(std::this_thread::get_id(), home);
  }
  Log* log;
  const std::thread::id home = std::this_thread::get_id();
};

constexpr PoolOptions dedicated{.size = 4,
                                .placement = Placement::dedicated,
                                .call_timeout = infinity,
                                .restart = {.max_restarts = 1'000'000},
                                .inline_calls = true};

template <class Pool>
std::vector<std::thread::id> homes(Pool& pool) {
  std::vector<std::thread::id> all;
  for (std::size_t i = 0; i < pool.size(); ++i)
    all.push_back(pool.call(Where{}, {.route = Route::index(i)}));
  return all;
}

TEST(Dedicated, GivesEachWorkerAThreadForItsWholeLife) {
  Log log;
  {
    Runtime runtime{{.threads = 1}};
    Pool<Settled> pool{runtime, dedicated, &log};
    const auto first = homes(pool);
    EXPECT_EQ(std::set(first.begin(), first.end()).size(), 4u);
    EXPECT_EQ(std::set(first.begin(), first.end()).count(std::this_thread::get_id()), 0u);
    for (int i = 0; i < 10'000; ++i) pool.cast(Where{});
    EXPECT_TRUE(pool.drain(patience));
    EXPECT_EQ(homes(pool), first);
  }
  EXPECT_EQ(log.alive, 0);
  EXPECT_EQ(log.constructed, log.destroyed);
  EXPECT_EQ(log.constructed.size(), 4u);
}

TEST(Dedicated, StartsACrashedWorkerAfreshOnTheSameThread) {
  Log log;
  Runtime runtime;
  Pool<Settled> pool{runtime, dedicated, &log};
  const auto before = homes(pool);

  for (std::size_t i = 0; i < 100; ++i) pool.cast(Crash{}, Route::index(i % 4));

  EXPECT_TRUE(pool.drain(patience));
  EXPECT_EQ(homes(pool), before);
  EXPECT_EQ(pool.stats().restarts, 100u);
}

TEST(Dedicated, GivesTheNextWorkerAnotherThreadAfterAKill) {
  Log log;
  Gate gate;
  {
    Runtime runtime{{.threads = 1}};
    Pool<Settled> pool{runtime, dedicated, &log};
    const auto before = homes(pool);
    const Pid victim = pool.worker(2);
    pool.cast(Block{&gate}, victim);
    pool.cast(Where{}, victim);
    while (!pool.stats().workers[2].busy) std::this_thread::yield();

    pool.kill(victim);

    EXPECT_NE(pool.call(Where{}, {.route = Route::index(2)}), before[2]);
    EXPECT_EQ(log.alive, 5);
    gate.open();
  }
  EXPECT_EQ(log.alive, 0);
}

TEST(Dedicated, KillsAHandlerThatRunsForTooLong) {
  Log log;
  Gate gate;
  PoolOptions options = dedicated;
  std::atomic<int> kills{0};
  options.overrun = {.warn_after = 10ms, .max_warnings = 2};
  {
    Runtime runtime{{.threads = 1}};
    Pool<Settled> pool{runtime, options, &log};
    auto subscription = pool.on_overrun([&](const Overrun& report) {
      kills += report.alert == Overrun::Alert::max_overrun_limit;
      kills.notify_all();
    });
    pool.cast(Block{&gate}, Route::index(0));
    kills.wait(0);
    EXPECT_NE(pool.call(Where{}, {.route = Route::index(0)}), std::thread::id{});
    EXPECT_EQ(kills, 1);
    gate.open();
  }
  EXPECT_EQ(log.alive, 0);
}

TEST(Dedicated, StopsWithoutAHandlerThatDoesNotEndAndLetsItEndLater) {
  Log log;
  Gate gate;
  {
    Runtime runtime;
    PoolOptions options = dedicated;
    options.shutdown = 1ms;
    Pool<Settled> pool{runtime, options, &log};
    pool.cast(Block{&gate}, Route::index(1));
    while (!pool.stats().workers[1].busy) std::this_thread::yield();

    pool.stop();

    EXPECT_EQ(log.alive, 1);
    gate.open();
  }  // the runtime waits for the thread
  EXPECT_EQ(log.alive, 0);
}

struct Fragile {
  explicit Fragile(std::atomic<int>* its_alive) : alive(its_alive) {
    if (*alive == 2) throw Fails{};
    ++*alive;
  }
  ~Fragile() { --*alive; }
  std::atomic<int>* alive;
};

TEST(Dedicated, LeavesNothingBehindWhereAConstructorThrows) {
  std::atomic<int> alive{0};
  {
    Runtime runtime;
    EXPECT_THROW((Pool<Fragile>{runtime, dedicated, &alive}), Fails);
  }
  EXPECT_EQ(alive, 0);
}

TEST(Dedicated, StartsAfreshInPlace) {
  Log log;
  {
    Runtime runtime;
    Pool<Settled> pool{runtime, dedicated, &log};
    for (int i = 0; i < 20; ++i) {
      for (int job = 0; job < 20; ++job) pool.cast(Where{});
      pool.stop();
      EXPECT_EQ(log.alive, 0);
      pool.core()->restart();
      EXPECT_EQ(log.alive, 4);
    }
    const auto now = homes(pool);
    EXPECT_EQ(std::set(now.begin(), now.end()).size(), 4u);
  }
  EXPECT_EQ(log.alive, 0);
}

TEST(Dedicated, ServesTheSharedQueueToo) {
  Log log;
  Runtime runtime{{.threads = 1}};
  Pool<Settled> pool{runtime, dedicated, &log};
  std::vector<std::jthread> callers;
  for (int i = 0; i < 8; ++i)
    callers.emplace_back([&] {
      for (int call = 0; call < 500; ++call) pool.call(Where{}, {.route = Routing::available});
    });
  callers.clear();
  EXPECT_EQ(pool.stats().processed, 4'000u);
}

}  // namespace
