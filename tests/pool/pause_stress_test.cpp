#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>

#include "support/gate.hpp"
#include "support/threads.hpp"

using namespace poolder;
using poolder_tests::patience;

namespace {

struct Noise {};
struct Marked {};

struct Watched {
  std::atomic<bool> paused{false};
  std::atomic<int> handled_while_paused{0};
};

struct Worker {
  explicit Worker(Watched* told) : watched(told) {}

  void handle_job(Noise) {}
  void handle_job(Marked) {
    if (watched->paused) ++watched->handled_while_paused;
  }

  Watched* watched;
};

// The worker is on its way to its next message, or to rest, when the pause comes.
void expect_that_nothing_sent_after_a_pause_is_handled(QueueOptions queue) {
  Runtime runtime{{.threads = 2}};
  Watched watched;
  Pool<Worker> pool{runtime, {.size = 1, .queue = queue}, &watched};

  for (int round = 0; round < 10'000; ++round) {
    for (int i = 0; i < round % 8; ++i) pool.cast(Noise{});
    pool.pause();
    watched.paused = true;
    pool.cast(Marked{});
    for (int i = 0; i < round % 64; ++i) std::this_thread::yield();
    watched.paused = false;
    pool.resume();
    ASSERT_TRUE(pool.drain(patience));
  }

  EXPECT_EQ(watched.handled_while_paused, 0);
}

TEST(Pause, HoldsBackWhatIsSentAfterIt) { expect_that_nothing_sent_after_a_pause_is_handled({}); }

TEST(Pause, HoldsBackWhatIsSentToABoundedQueueAfterIt) {
  expect_that_nothing_sent_after_a_pause_is_handled({.capacity = 100});
}

TEST(Pause, HoldsBackWhatIsSentToALifoQueueAfterIt) {
  expect_that_nothing_sent_after_a_pause_is_handled({.order = QueueOrder::lifo});
}

}  // namespace
