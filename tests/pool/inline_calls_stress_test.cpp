#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>
#include <poolder/pool/pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/threads.hpp"

using namespace std::chrono_literals;
using poolder::ErrorCode;
using poolder_tests::patience;

namespace {

struct Count {};
struct Read {};

// Plain state: two handlers at once in one worker are a race that ThreadSanitizer reports.
struct Counter {
  void handle_job(Count) { ++count; }
  int handle_call(Count) { return ++count; }
  int handle_call(Read) const { return count; }
  int count = 0;
};

TEST(InlineCalls, GiveEachOfSixtyFourCallersAWorkerToItself) {
  poolder::Runtime runtime{{.threads = 2}};
  poolder::Pool<Counter> pool{runtime, {.size = 8, .call_timeout = patience, .inline_calls = true}};

  poolder_tests::on_threads(64, [&](std::size_t) {
    for (int i = 0; i < 100; ++i) pool.call(Count{});
  });

  int sum = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    const int count = pool.call(Read{}, {.route = poolder::Route::index(i)});
    EXPECT_EQ(count, 64 * 100 / 8);  // in turn, exactly
    sum += count;
  }
  EXPECT_EQ(sum, 6'400);
  EXPECT_EQ(pool.stats().processed, 6'408u);
}

TEST(InlineCalls, MixWithCastsAndRequestsInTheOrderSent) {
  poolder::Runtime runtime{{.threads = 2}};
  poolder::Pool<Counter> pool{runtime, {.size = 1, .call_timeout = patience, .inline_calls = true}};

  poolder_tests::on_threads(8, [&](std::size_t thread) {
    poolder::detail::Random random{thread};
    int last = 0;
    for (int i = 0; i < 300; ++i) {
      for (auto casts = random.below(3); casts > 0; --casts) {
        pool.cast(Count{});
        ++last;  // this sender's own are counted before its next call is
      }
      const int now = pool.call(Count{});
      EXPECT_GT(now, last);
      last = now;
    }
  });

  EXPECT_TRUE(pool.drain(patience));
}

TEST(InlineCalls, BearKillResizeAndPause) {
  poolder::Runtime runtime{{.threads = 2}};
  poolder::Pool<Counter> pool{runtime,
                              {.size = 4,
                               .dynamic = true,
                               .call_timeout = patience,
                               .restart = {.max_restarts = 1'000'000, .period = 1s},
                               .inline_calls = true}};
  std::atomic<bool> over{false};
  std::jthread operator_thread([&] {
    for (std::size_t i = 0; !over; ++i) {
      pool.kill(pool.workers().front());
      pool.resize(1 + i % 6);
      pool.pause();
      pool.resume();
      std::this_thread::yield();
    }
  });
  std::atomic<int> answered{0}, worker_down{0};

  poolder_tests::on_threads(16, [&](std::size_t) {
    for (int i = 0; i < 200; ++i) {
      const auto reply = pool.try_call(Count{});
      EXPECT_TRUE(reply || reply.code() == ErrorCode::worker_down);
      ++(reply ? answered : worker_down);
    }
  });
  over = true;
  operator_thread.join();

  EXPECT_EQ(answered + worker_down, 3'200);
  EXPECT_GT(answered, 0);
  EXPECT_TRUE(pool.drain(patience));
}

}  // namespace
