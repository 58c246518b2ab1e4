#include <atomic>
#include <latch>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>

#include "support/gate.hpp"

using namespace std::chrono_literals;
using poolder_tests::Gate;
using poolder_tests::patience;

namespace {

struct Ask {};

struct Answerer {
  int handle_call(Ask) { return ++answers; }
  int answers = 0;
};

// Waits in its handler until all of its like wait too, by whatever means the test says.
struct Waiter {
  explicit Waiter(std::function<void()> wait) : wait_(std::move(wait)) {}
  void handle_job(Ask) { wait_(); }

 private:
  std::function<void()> wait_;
};

TEST(BlockedCallers, SixtyFourOnTwoThreadsAreAnsweredByTheSixtyFifthWorker) {
  poolder::Runtime runtime{{.threads = 2}};
  poolder::Pool<Answerer> answerer{runtime, {.size = 1}};
  std::atomic<int> sum{0};
  poolder::Pool<Waiter> waiters{runtime, {.size = 64}, std::function<void()>([&] {
                                  sum += answerer.call(Ask{}, {.timeout = patience});
                                })};

  answerer.pause();
  waiters.broadcast(Ask{});
  while (answerer.stats().queue_length < 64) std::this_thread::yield();  // all 64 wait
  answerer.resume();

  EXPECT_TRUE(waiters.drain(patience));
  EXPECT_EQ(sum, 64 * 65 / 2);
}

// Code that knows nothing of poolder blocks too: only the watcher can see it.
TEST(BlockedCallers, SixtyFourThatBlockOnALatchAreReleasedByTheSixtyFifthWorker) {
  poolder::Runtime runtime{{.threads = 2, .blocked_after = 1ms}};
  std::latch all{65};
  poolder::Pool<Waiter> waiters{
      runtime, {.size = 65}, std::function<void()>([&] { all.arrive_and_wait(); })};

  waiters.broadcast(Ask{});

  EXPECT_TRUE(waiters.drain(patience));
}

TEST(BlockedCallers, WaitForEachOtherInALongChainOnOneThread) {
  poolder::Runtime runtime{{.threads = 1}};
  struct Link {
    int handle_call(int depth) {
      if (depth == 0) return 0;
      return 1 + pool->call(depth - 1,
                            {.timeout = patience,
                             .route = poolder::Route::index(static_cast<std::size_t>(depth - 1))});
    }
    poolder::Pool<Link>*& pool;
  };
  poolder::Pool<Link>* self = nullptr;
  struct Chain {
    explicit Chain(poolder::Runtime& runtime, poolder::Pool<Link>*& at)
        : links{runtime, {.size = 64}, std::ref(at)} {
      at = &links;
    }
    poolder::Pool<Link> links;
  } chain{runtime, self};

  const int depth = chain.links.call(63, {.timeout = patience, .route = poolder::Route::index(63)});

  EXPECT_EQ(depth, 63);
}

TEST(BlockedCallers, SleepWithoutTheirThread) {
  poolder::Runtime runtime{{.threads = 1}};
  struct Sleeper {
    void handle_job(int, poolder::Context& context) { context.sleep(20ms); }
    void handle_job(Ask) {}
  };
  poolder::Pool<Sleeper> sleepers{runtime, {.size = 100}};

  const auto began = runtime.now();
  sleepers.broadcast(1);
  EXPECT_TRUE(sleepers.drain(patience));

  EXPECT_LT(runtime.now() - began, 20ms * 100);  // one after another they would take this long
}

}  // namespace
