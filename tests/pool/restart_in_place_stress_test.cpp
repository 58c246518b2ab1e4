// A pool that is stopped and started afresh under the hands of its senders: what it takes is
// handled or counted, and nobody hangs.

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>

#include "support/error_of.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Job {
  int number;
};
struct Ask {};

struct Worker {
  static constexpr WorkerOptions options{.retry = {.max_attempts = 2, .backoff = 100us},
                                         .on_failure = OnFailure::restart};
  void handle_job(const Job& job) {
    if (job.number % 97 == 0) throw std::runtime_error("planned");
  }
  int handle_call(Ask) { return 1; }
};

void stress(QueueOptions queue, bool inline_calls) {
  Runtime runtime{{.threads = 2}};
  Pool<Worker> pool{runtime, PoolOptions{.size = 3,
                                         .queue = queue,
                                         .restart = {.max_restarts = 1'000'000},
                                         .shutdown = 2ms,
                                         .inline_calls = inline_calls}};
  std::atomic<std::uint64_t> taken{0};
  std::atomic<bool> over{false};
  {
    std::vector<std::jthread> users;
    for (int user = 0; user < 2; ++user)
      users.emplace_back([&, user] {
        for (int i = user; !over.load(); ++i)
          if (pool.try_cast(Job{i})) ++taken;
      });
    if (inline_calls)
      users.emplace_back([&] {
        while (!over.load()) (void)error_of([&] { return pool.call(Ask{}, {.timeout = 1s}); });
      });
    users.emplace_back([&] {
      while (!over.load()) {
        pool.kill(pool.worker(1));
        (void)error_of([&] { pool.pause(); });
        (void)error_of([&] { pool.resume(); });
        std::this_thread::yield();
      }
    });
    for (int life = 0; life < 300; ++life) {
      pool.stop();
      pool.core()->restart();
      if (life % 4 == 0) (void)pool.drain(1ms);
    }
    over = true;
  }
  pool.stop();

  const PoolStats stats = pool.stats();
  EXPECT_EQ(stats.queue_length, 0u);
  if (!inline_calls) {
    EXPECT_EQ(stats.processed + stats.dropped, taken.load());
  }
  EXPECT_GT(taken.load(), 0u);
}

TEST(PoolRestartInPlace, UnderItsSendersHands) { stress({}, false); }

TEST(PoolRestartInPlace, WithBoundedQueues) {
  stress({.capacity = 8, .on_full = OnFull::drop_oldest}, false);
}

TEST(PoolRestartInPlace, WithInlineCalls) { stress({}, true); }

}  // namespace
