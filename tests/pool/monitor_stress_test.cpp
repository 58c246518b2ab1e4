// Monitors that are asked for at the very moment at which their worker ends.

#include <atomic>
#include <mutex>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>

#include "support/gate.hpp"

using namespace poolder;
using namespace poolder_tests;

namespace {

/// Keeps subscriptions that callbacks have made.
class Kept {
 public:
  void add(Subscription subscription) {
    std::lock_guard lock(mutex_);
    all_.push_back(std::move(subscription));
  }

 private:
  std::mutex mutex_;
  std::vector<Subscription> all_;
};

struct Crash {};

/// The second one cannot be constructed, and takes until the gate is open to say so.
struct Unborn {
  struct Plan {
    std::atomic<int> made{0};
    Gate begun, go;
  };
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};

  explicit Unborn(Plan* plan) {
    if (++plan->made != 2) return;
    plan->begun.open();
    EXPECT_TRUE(plan->go.wait());
    throw std::runtime_error("planned");
  }
  void handle_job(Crash) { throw std::runtime_error("planned"); }
};

TEST(MonitorStress, WhoAsksAgainWhenToldIsToldAgain) {
  constexpr int watchers = 20'000;  // to tell them all takes a while
  Runtime runtime{{.threads = 4}};
  for (int round = 0; round < 10; ++round) {
    Tally again, kept_again;
    Kept kept;
    Unborn::Plan plan;
    Pool<Unborn> pool{runtime, PoolOptions{.size = 1, .restart = {.max_restarts = 100}}, &plan};
    pool.cast(Crash{});
    ASSERT_TRUE(plan.begun.wait());
    std::atomic<int> early{0};
    const auto tell_again = [&](Pid pid, const ExitReason& reason) {
      early += pool.worker(0) == pid;
      EXPECT_EQ(reason.kind, ExitReason::Kind::failed);
      kept.add(runtime.monitor(pid, [&](Pid, const ExitReason& same) {
        EXPECT_EQ(same.kind, ExitReason::Kind::failed);
        again.add();
      }));
      kept_again.add();
    };
    for (int i = 0; i < watchers; ++i) kept.add(runtime.monitor(pool.worker(0), tell_again));

    plan.go.open();

    ASSERT_TRUE(again.reaches(watchers));
    ASSERT_TRUE(kept_again.reaches(watchers));
    EXPECT_EQ(early, 0);
  }
}

struct Worker {
  void handle_job(Crash) {}
};

// A paused pool constructs nobody: each worker but the first is killed before it has come to be.
TEST(MonitorStress, OfAWorkerThatIsKilledBeforeItComesToBeIsToldSo) {
  Runtime runtime{{.threads = 2}};
  Pool<Worker> pool{runtime, PoolOptions{.size = 1, .restart = {.max_restarts = 1'000'000'000}}};
  pool.pause();
  Tally told;
  std::atomic<int> otherwise{0};
  std::vector<Subscription> watches;
  std::atomic<bool> over{false};
  std::jthread watcher([&] {
    while (!over && watches.size() < 300'000)
      watches.push_back(runtime.monitor(pool.worker(0), [&](Pid, const ExitReason& reason) {
        otherwise += reason.kind != ExitReason::Kind::killed;
        told.add();
      }));
  });

  for (int i = 0; i < 100'000; ++i) pool.kill(pool.worker(0));
  over = true;
  watcher.join();
  pool.kill(pool.worker(0));

  EXPECT_TRUE(told.reaches(static_cast<int>(watches.size())));
  EXPECT_EQ(otherwise, 0);
}

}  // namespace
