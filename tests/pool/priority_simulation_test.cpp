// Which of several pools that have work goes first.

#include <algorithm>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

template <Priority P>
struct Worker {
  static constexpr WorkerOptions options{.priority = P};
  explicit Worker(std::vector<Priority>* its_log) : log(its_log) {}
  void handle_job(int) { log->push_back(P); }
  std::vector<Priority>* log;
};

TEST(PoolPriority, MaxGoesBeforeHighBeforeTheRest) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<Priority> log;
    SimulatedRuntime runtime{seed};
    Pool<Worker<Priority::low>> low{runtime, PoolOptions{.size = 2}, &log};
    Pool<Worker<Priority::normal>> normal{runtime, PoolOptions{.size = 2}, &log};
    Pool<Worker<Priority::high>> high{runtime, PoolOptions{.size = 2}, &log};
    Pool<Worker<Priority::max>> max{runtime, PoolOptions{.size = 2}, &log};

    for (int i = 0; i < 6; ++i) low.cast(i), normal.cast(i), high.cast(i), max.cast(i);
    runtime.run_until_idle();

    ASSERT_EQ(log.size(), 24u);
    EXPECT_EQ(std::count(log.begin(), log.begin() + 6, Priority::max), 6);
    EXPECT_EQ(std::count(log.begin() + 6, log.begin() + 12, Priority::high), 6);
  });
}

TEST(PoolPriority, LowGetsItsShareBesideNormal) {
  int low_among_first = 0;

  for_each_seed([&](std::uint64_t seed) {
    std::vector<Priority> log;
    SimulatedRuntime runtime{seed};
    Pool<Worker<Priority::low>> low{runtime, PoolOptions{.size = 1}, &log};
    Pool<Worker<Priority::normal>> normal{runtime, PoolOptions{.size = 1}, &log};

    for (int i = 0; i < 200; ++i) low.cast(i), normal.cast(i);
    runtime.run_until_idle();

    ASSERT_EQ(log.size(), 400u);
    low_among_first += static_cast<int>(std::count(log.begin(), log.begin() + 180, Priority::low));
  });

  EXPECT_GT(low_among_first, 10 * 1'000);  // about one in nine: 20 of 180
  EXPECT_LT(low_among_first, 30 * 1'000);
}

}  // namespace
