// Workers that are free now, and those with the least to do.

#include <algorithm>
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

struct Log {
  struct Entry {
    int number;
    std::size_t slot;
  };
  std::vector<Entry> entries;
};

struct Clerk {
  explicit Clerk(Log* its_log) : log(its_log) {}
  void handle_job(const Job& job, Context& context) {
    log->entries.push_back({job.number, context.index()});
    if (job.takes > 0ns) context.sleep(job.takes);
  }
  std::size_t handle_call(const Job& job, Context& context) {
    handle_job(job, context);
    return context.index();
  }
  Log* log;
};

TEST(NextAvailable, FindsWhoeverIsFreeAndOtherwiseNobody) {  // WP-12
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        Log log;
        Pool<Clerk> pool{runtime, {.size = 19, .routing = Routing::next_available}, &log};

        for (int i = 0; i < 19; ++i) pool.cast(Job{i, 1s});
        EXPECT_EQ(error_of([&] { pool.cast(Job{}); }), ErrorCode::no_worker);
        EXPECT_FALSE(pool.try_cast(Job{}));
        EXPECT_EQ(error_of([&] { pool.call(Job{}); }), ErrorCode::no_worker);
        auto request = pool.send_request(Job{});
        EXPECT_EQ(error_of([&] { request.get(0s); }), ErrorCode::no_worker);
        runtime.advance(1s);

        EXPECT_LT(pool.call(Job{20}), 19u);
        std::vector<bool> used(19);
        for (const auto& each : log.entries) used[each.slot] = true;
        EXPECT_EQ(std::count(used.begin(), used.end(), true), 19);
      },
      100);
}

TEST(NextAvailable, NeverFindsAWorkerThatIsAboutToGetAnotherMessage) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Log log;
    Pool<Clerk> pool{runtime, {.size = 3}, &log};
    pool.cast(Job{0}, Routing::available);
    runtime.run_until_idle();

    pool.cast(Job{1, 1s}, Route::index(2));  // none of these has begun yet
    pool.cast(Job{2, 1s}, Routing::available);
    pool.cast(Job{3, 1s}, Routing::next_available);

    EXPECT_EQ(error_of([&] { pool.cast(Job{}, Routing::next_available); }), ErrorCode::no_worker);
    EXPECT_TRUE(pool.drain(5s));
    EXPECT_EQ(log.entries.size(), 4u);
  });
}

TEST(LeastLoaded, SteersRoundTheLongQueueAndTakesAFreeWorkerFirst) {
  for_each_seed(
      [](std::uint64_t seed) {
        for (const std::size_t size : {3u, 100u}) {
          SimulatedRuntime runtime{seed};
          Log log;
          Pool<Clerk> pool{runtime, {.size = size, .routing = Routing::least_loaded}, &log};

          for (std::size_t i = 0; i < size; ++i) {
            pool.cast(Job{static_cast<int>(i), 1s});
            runtime.run_until_idle();
          }
          std::vector<bool> used(size);
          for (const auto& each : log.entries) used[each.slot] = true;
          EXPECT_EQ(std::count(used.begin(), used.end(), true), static_cast<long>(size));
          if (size == 100) return;

          for (int i = 0; i < 5; ++i) pool.cast(Job{}, Route::index(0));
          for (int i = 0; i < 10; ++i) pool.cast(Job{50});
          const PoolStats stats = pool.stats();
          EXPECT_EQ(stats.workers[0].queue_length, 5u);
          EXPECT_EQ(stats.workers[1].queue_length, 5u);
          EXPECT_EQ(stats.workers[2].queue_length, 5u);
        }
      },
      100);
}

}  // namespace
