// Lease pools on real threads.

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/lease/lease_pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/on_threads_fixture.hpp"
#include "support/threads.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Counts {
  std::atomic<int> made{0}, gone{0};
};

class Connection {
 public:
  explicit Connection(Counts& counts) : counts_(counts), id_(++counts.made) {}
  ~Connection() { ++counts_.gone; }
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  int id() const { return id_; }
  std::atomic<int> users{0};

 private:
  Counts& counts_;
  const int id_;
};

struct Connections {
  using Resource = std::unique_ptr<Connection>;
  explicit Connections(Counts* its_counts) : counts(its_counts) {}
  Resource create() { return std::make_unique<Connection>(*counts); }
  Counts* counts;
};
using ConnectionPool = LeasePool<Connections>;

class LeasePoolOnThreads : public OnThreads {
 protected:
  ConnectionPool make(LeasePoolOptions options) { return {runtime, options, &counts}; }

  /// Returns once that many wait.
  static void await_waiting(ConnectionPool& pool, std::size_t count) {
    while (pool.status().waiting < count) std::this_thread::yield();
  }

  Counts counts;
};

TEST_P(LeasePoolOnThreads, NeverLendsOneTwice) {
  ConnectionPool pool{runtime, LeasePoolOptions{.size = 3, .max_overflow = 1}, &counts};
  std::atomic<int> clashes{0};

  on_threads(8, [&](std::size_t) {
    for (int i = 0; i < 500; ++i) {
      const auto lease = pool.acquire(patience);
      clashes += ++(*lease)->users != 1;
      --(*lease)->users;
    }
  });
  EXPECT_EQ(clashes, 0);
  EXPECT_EQ(pool.status().busy, 0u);
  EXPECT_EQ(pool.status().idle, 3u);
  EXPECT_EQ(counts.made - counts.gone, 3);
}

TEST_P(LeasePoolOnThreads, HandsOverToTheCallerThatWaitsLongest) {
  ConnectionPool pool{runtime, LeasePoolOptions{.size = 1}, &counts};
  auto held = pool.acquire();
  std::atomic<int> order{0};
  int first = 0, second = 0;
  std::jthread one([&] {
    const auto lease = pool.acquire(patience);
    first = ++order;
  });
  await_waiting(pool, 1);
  std::jthread two([&] {
    const auto lease = pool.acquire(patience);
    second = ++order;
  });
  await_waiting(pool, 2);

  held.release();
  one.join();
  two.join();
  EXPECT_EQ(first, 1);
  EXPECT_EQ(second, 2);
}

TEST_P(LeasePoolOnThreads, ACallersDeadlineIsKeptWhileCreationBlocks) {
  Gate gate;
  struct Blocked {
    using Resource = int;
    explicit Blocked(Gate* its_gate) : gate(its_gate) {}
    int create() { return gate->wait() ? 1 : 0; }
    Gate* gate;
  };
  LeasePool<Blocked> pool{runtime, LeasePoolOptions{.size = 0, .max_overflow = 1}, &gate};

  EXPECT_EQ(error_of([&] { return pool.acquire(5ms); }), ErrorCode::timeout);
  gate.open();
  EXPECT_EQ(*pool.acquire(patience), 1);
}

TEST_P(LeasePoolOnThreads, StopWaitsForTheLastLease) {
  auto pool = std::make_unique<ConnectionPool>(runtime, LeasePoolOptions{.size = 2}, &counts);
  std::optional<Lease<Connections::Resource>> lease = pool->acquire();
  std::jthread stopper([&] { pool->stop(); });
  while (error_of([&] { return pool->try_acquire(); }) != ErrorCode::stopped)
    std::this_thread::yield();

  while (counts.gone != counts.made - 1) std::this_thread::yield();
  lease.reset();
  stopper.join();
  EXPECT_EQ(counts.gone, counts.made);
}

TEST_P(LeasePoolOnThreads, ALeaseMovesToAnotherThreadAndEndsThereAfterThePool) {
  std::optional<std::jthread> borrower;
  Gate stopped;
  {
    ConnectionPool pool{runtime, LeasePoolOptions{.size = 1, .shutdown = 0s}, &counts};
    borrower.emplace([lease = pool.acquire(), &stopped]() mutable {
      EXPECT_TRUE(stopped.wait());
      const auto mine = std::move(lease);
      EXPECT_EQ(mine->get()->id(), 1);
    });
  }
  EXPECT_EQ(counts.gone, 0);
  stopped.open();
  borrower.reset();
  EXPECT_EQ(counts.gone, 1);
}

TEST_P(LeasePoolOnThreads, RequestsAreServedWithoutAnyThreadThatWaits) {
  ConnectionPool pool{runtime, LeasePoolOptions{.size = 2}, &counts};
  Tally served;
  for (int i = 0; i < 50; ++i)
    pool.acquire_async(patience).then([&](Result<Lease<Connections::Resource>> lease) {
      EXPECT_EQ(++lease.value()->get()->users, 1);
      --lease.value()->get()->users;
      served.add();
    });

  EXPECT_TRUE(served.reaches(50));
  EXPECT_EQ(counts.made, 2);
}

TEST_P(LeasePoolOnThreads, TellsWhatItHasDone) {
  ConnectionPool pool{runtime, LeasePoolOptions{.name = "told", .size = 1}, &counts};
  for (int i = 0; i < 200; ++i) pool.acquire().release();
  pool.acquire().discard();
  EXPECT_EQ(error_of([&, held = pool.acquire()] { return pool.acquire(0s); }), ErrorCode::timeout);

  const LeaseStats stats = pool.stats();
  EXPECT_EQ(stats.name, "told");
  EXPECT_EQ(stats.acquired, 202u);
  EXPECT_EQ(stats.created, 2u);
  EXPECT_EQ(stats.discarded, 1u);
  EXPECT_EQ(stats.timeouts, 1u);
  EXPECT_EQ(stats.waited.count, 4u);  // of leases 1, 65, 129, 193
  EXPECT_EQ(stats.held.count, 4u);
}

INSTANTIATE_TEST_SUITE_P(Threads, LeasePoolOnThreads, thread_counts, name_of_count);

}  // namespace
