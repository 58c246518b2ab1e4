// Lease pools under many hands, made for ThreadSanitizer: everything that can meet does.

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>
#include <poolder/lease/lease_pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/simulation.hpp"
#include "support/start_stop.hpp"
#include "support/threads.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;
using poolder::detail::Random;

namespace {

struct Counts {
  std::atomic<int> made{0}, gone{0}, clashes{0};
  std::atomic<bool> refuses{false};
};

/// Written by who has it alone: a race is a report of ThreadSanitizer's.
struct Thing {
  explicit Thing(Counts* its_counts) : counts(its_counts) { ++counts->made; }
  ~Thing() { ++counts->gone; }
  Thing(const Thing&) = delete;
  Thing& operator=(const Thing&) = delete;

  void use() {
    counts->clashes += ++users != 1;
    ++uses;
    --users;
  }

  Counts* counts;
  std::atomic<int> users{0};
  long uses = 0;
};

struct Things {
  using Resource = std::unique_ptr<Thing>;
  static constexpr LeasePoolOptions options{.size = 3, .max_overflow = 2};
  explicit Things(Counts* its_counts) : counts(its_counts) {}
  Resource create() {
    if (counts->refuses) throw Planned{};
    return std::make_unique<Thing>(counts);
  }
  Counts* counts;
};

struct CheckedThings : Things {
  using Things::Things;
  template <class T>
  using Idle = LeastUsed<T>;
  template <class T>
  using Waiting = ByPriority<T>;
  template <class T>
  using Busy = Fifo<T>;
  bool healthy(Resource& thing) { return ++thing->uses % 16 != 0; }
  void reset(Resource& thing) {
    if (++thing->uses % 16 == 0) throw Planned{};
  }
};

/// One of the ways to borrow and give back. False: the pool has stopped.
template <class Pool>
bool borrow(Pool& pool, Random& random) {
  const auto code = error_of([&] {
    std::optional<decltype(pool.acquire())> lease;
    switch (random.below(6)) {
      case 0:
        lease = pool.try_acquire();
        break;
      case 1: {
        auto future = pool.acquire_async(std::chrono::microseconds{random.below(200)});
        if (random.below(4) == 0 && future.cancel()) return;
        if (random.below(4) == 0) return;  // nobody reads it
        lease = future.get();
        break;
      }
      case 2:
        lease = pool.acquire(std::chrono::microseconds{random.below(100)});
        break;
      default:
        lease = pool.acquire(patience, random.below(2) == 0 ? Priority::high : Priority::normal);
    }
    if (!lease) return;
    (**lease)->use();
    if (random.below(16) == 0) std::this_thread::yield();
    if (random.below(16) == 0) lease->discard();
    if (random.below(16) == 0) {
      try {
        const auto mine = std::move(*lease);
        throw Planned{};
      } catch (const Planned&) {
      }
    }
  });
  return code != ErrorCode::stopped;
}

template <class D>
class LeasePoolStress : public testing::Test {
 protected:
  const Quiet quiet;
  Counts counts;
};
using Definitions = testing::Types<Things, CheckedThings>;
TYPED_TEST_SUITE(LeasePoolStress, Definitions);

TYPED_TEST(LeasePoolStress, BearsAllItsEnds) {
  Counts& all = this->counts;
  const Ends<LeasePool<TypeParam>> ends{
      .start =
          [&](Runtime& runtime) { return std::make_unique<LeasePool<TypeParam>>(runtime, &all); },
      .use =
          [](LeasePool<TypeParam>& pool) {
            thread_local Random random{reinterpret_cast<std::uintptr_t>(&random)};
            return borrow(pool, random);
          }};
  ends.bear_all();
  EXPECT_EQ(all.made, all.gone);
  EXPECT_EQ(all.clashes, 0);
}

TYPED_TEST(LeasePoolStress, LendsNothingTwiceAndLosesNothing) {
  Counts& all = this->counts;
  {
    Runtime runtime{{.threads = 2}};
    LeasePool<TypeParam> pool{runtime,
                              LeasePoolOptions{.size = 3,
                                               .max_overflow = 2,
                                               .overflow_linger = 100us,
                                               .retry_interval = 100us,
                                               .max_idle = 300us,
                                               .max_lifetime = 1ms},
                              &all};
    std::atomic<bool> over{false};
    std::jthread meddler([&] {
      Random random{7};
      while (!over) {
        all.refuses = random.below(4) == 0;
        random.below(2) == 0 ? pool.add_idle(1 + random.below(2))
                             : pool.remove_idle(1 + random.below(3));
        (void)pool.stats();
        std::this_thread::yield();
      }
      all.refuses = false;
    });
    on_threads(8, [&](std::size_t index) {
      Random random{index};
      for (int i = 0; i < 2'000; ++i) borrow(pool, random);
    });
    over = true;
    meddler.join();
    EXPECT_EQ(pool.status().busy, 0u);
    EXPECT_EQ(pool.status().waiting, 0u);
    EXPECT_TRUE(pool.acquire(patience));
  }
  EXPECT_EQ(all.made, all.gone);
  EXPECT_EQ(all.clashes, 0);
}

// Leases that come back while the pool, and the last hold on it, go.
TYPED_TEST(LeasePoolStress, LeasesOutliveTheirPool) {
  Counts& all = this->counts;
  {
    Runtime runtime{{.threads = 2}};
    for (int round = 0; round < 500; ++round) {
      auto pool = std::make_unique<LeasePool<TypeParam>>(
          runtime, LeasePoolOptions{.size = 4, .shutdown = round % 2 == 0 ? 0ms : 1s}, &all);
      std::vector<std::jthread> borrowers;
      for (int i = 0; i < 4; ++i)
        borrowers.emplace_back([lease = pool->acquire()]() mutable { (*lease)->use(); });
      pool.reset();
    }
  }
  EXPECT_EQ(all.made, all.gone);
}

struct Borrower {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  explicit Borrower(LeasePool<Things>* its_pool) : pool(its_pool) {}
  void handle_job(std::uint32_t what, Context& context) {
    try {
      if (what % 3 == 0) kept.clear();
      auto lease = pool->acquire(1ms);
      (*lease)->use();
      if (what % 5 == 0) context.sleep(100us);
      if (what % 7 == 0) throw Planned{};
      if (what % 2 == 0) kept.push_back(std::move(lease));
    } catch (const Error&) {
      // Too late, or killed.
    }
  }
  LeasePool<Things>* pool;
  std::vector<Lease<Things::Resource>> kept;
};

TEST(LeaseBorrowerStress, WorkersThatAreKilledWithLeasesLoseNone) {
  const Quiet quiet;
  Counts counts;
  {
    Runtime runtime{{.threads = 2}};
    LeasePool<Things> pool{runtime, LeasePoolOptions{.size = 3, .max_overflow = 2}, &counts};
    {
      Pool<Borrower> workers{
          runtime, PoolOptions{.size = 4, .queue = {.capacity = 64}, .restart = lenient}, &pool};
      std::atomic<bool> over{false};
      std::jthread killer([&] {
        Random random{3};
        while (!over) {
          for (const Pid each : workers.workers())
            if (random.below(4) == 0) workers.kill(each);
          std::this_thread::yield();
        }
      });
      for (std::uint32_t i = 0; i < 10'000; ++i) workers.cast(i);
      EXPECT_TRUE(workers.drain(patience));
      over = true;
      killer.join();
    }
    std::vector<Lease<Things::Resource>> all;
    for (int i = 0; i < 5; ++i) all.push_back(pool.acquire(patience));
    EXPECT_EQ(pool.status().state, LeaseStatus::State::full);
  }
  EXPECT_EQ(counts.made, counts.gone);
  EXPECT_EQ(counts.clashes, 0);
}

TEST(LeaseSupervisedStress, ComesBackUnderItsBorrowersHands) {
  const Quiet quiet;
  Counts counts;
  {
    Runtime runtime{{.threads = 2}};
    Supervisor app{runtime, SupervisorOptions{.max_restarts = 1'000'000},
                   child<LeasePool<Things>>(&counts)};
    auto& pool = app.get<LeasePool<Things>>();
    std::atomic<bool> over{false};
    std::vector<std::jthread> users;
    for (std::uint64_t user = 0; user < 3; ++user)
      users.emplace_back([&, user] {
        Random random{user};
        while (!over)
          if (!borrow(pool, random)) std::this_thread::yield();
      });
    for (int i = 0; i < 300; ++i) {
      pool.stop();
      while (error_of([&] { return pool.acquire(patience); }) == ErrorCode::stopped)
        std::this_thread::yield();
    }
    over = true;
    users.clear();
  }
  EXPECT_EQ(counts.made, counts.gone);
  EXPECT_EQ(counts.clashes, 0);
}

}  // namespace
