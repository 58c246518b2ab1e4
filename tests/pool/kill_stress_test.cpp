#include <atomic>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"

using namespace std::chrono_literals;
using poolder::ErrorCode;
using poolder_tests::error_of;
using poolder_tests::Gate;
using poolder_tests::patience;
using poolder_tests::Tally;

namespace {

// What the handlers and the test share. It outlives all of them.
struct Stage {
  Tally started, ended, destroyed;
  std::atomic<bool> let_go{false};
};

struct Spin {};
struct Echo {
  int value;
};

// Ignores its stop token: spins until the test lets it go.
struct Stubborn {
  explicit Stubborn(std::shared_ptr<Stage> on) : stage(std::move(on)) {}
  Stubborn(const Stubborn&) = delete;
  ~Stubborn() { stage->destroyed.add(); }

  void handle_job(Spin) { spin(); }
  int handle_call(Spin) { return spin(), 0; }
  int handle_call(Echo echo) { return echo.value; }

  void spin() {
    const auto here = stage;
    here->started.add();
    while (!here->let_go) std::this_thread::yield();
    here->ended.add();
  }

  std::shared_ptr<Stage> stage;
};

constexpr poolder::RestartPolicy for_ever{.max_restarts = 1'000'000, .period = 1s};

TEST(Kill, TakesTheSlotFromAHandlerThatNeverLooksAtItsToken) {
  auto stage = std::make_shared<Stage>();
  poolder::Runtime runtime{{.threads = 2}};
  poolder::Pool<Stubborn> pool{runtime, {.size = 1, .restart = for_ever}, stage};
  auto stuck = pool.send_request(Spin{}, {.timeout = patience});
  ASSERT_TRUE(stage->started.reaches(1));

  pool.kill(pool.worker(0));

  EXPECT_EQ(error_of([&] { stuck.get(); }), ErrorCode::worker_down);
  EXPECT_EQ(pool.call(Echo{7}, {.timeout = patience}), 7);
  EXPECT_EQ(stage->destroyed.count(), 0);  // the old object goes on alone
  stage->let_go = true;
  EXPECT_TRUE(stage->ended.reaches(1));
  EXPECT_TRUE(stage->destroyed.reaches(1));
  EXPECT_EQ(pool.call(Echo{8}, {.timeout = patience}), 8);
}

TEST(Kill, GoesOnWithTheQueueUnderManyStuckHandlers) {
  auto stage = std::make_shared<Stage>();
  poolder::Runtime runtime{{.threads = 2}};
  poolder::Pool<Stubborn> pool{runtime, {.size = 2, .restart = for_ever}, stage};

  for (int round = 1; round <= 10; ++round) {
    pool.cast(Spin{}, poolder::Route::index(0));
    auto behind =
        pool.send_request(Echo{round}, {.timeout = patience, .route = poolder::Route::index(0)});
    ASSERT_TRUE(stage->started.reaches(round));
    pool.kill(pool.worker(0));

    EXPECT_EQ(behind.get(), round);
  }

  stage->let_go = true;
  EXPECT_TRUE(stage->destroyed.reaches(10));
  EXPECT_EQ(pool.stats().dropped, 10u);
}

TEST(Kill, HoldsUpThePoolsEndForItsShutdownTimeAndNoLonger) {
  auto stage = std::make_shared<Stage>();
  poolder::Runtime runtime{{.threads = 2}};
  {
    poolder::Pool<Stubborn> pool{
        runtime, {.size = 2, .restart = for_ever, .shutdown = 20ms}, stage};
    pool.cast(Spin{}, poolder::Route::index(0));
    ASSERT_TRUE(stage->started.reaches(1));
    pool.kill(pool.worker(0));
    EXPECT_EQ(pool.call(Echo{1}, {.timeout = patience, .route = poolder::Route::index(0)}), 1);
  }

  EXPECT_EQ(stage->ended.count(), 0);
  EXPECT_EQ(stage->destroyed.count(), 2);  // the two that were idle
  stage->let_go = true;
  EXPECT_TRUE(stage->destroyed.reaches(3));
}

TEST(Kill, IsWhatStopDoesAtTheEndOfItsShutdownTime) {
  auto stage = std::make_shared<Stage>();
  poolder::Runtime runtime{{.threads = 2}};
  auto pool = std::make_unique<poolder::Pool<Stubborn>>(
      runtime, poolder::PoolOptions{.size = 2, .shutdown = 20ms}, stage);
  auto stuck = pool->send_request(Spin{}, {.timeout = patience});
  ASSERT_TRUE(stage->started.reaches(1));

  pool.reset();

  EXPECT_EQ(error_of([&] { stuck.get(); }), ErrorCode::worker_down);
  EXPECT_EQ(stage->ended.count(), 0);
  stage->let_go = true;
  EXPECT_TRUE(stage->destroyed.reaches(2));
}

TEST(Kill, LeavesStuckHandlersToEndAfterTheRuntimeHas) {
  auto stage = std::make_shared<Stage>();
  auto runtime =
      std::make_unique<poolder::Runtime>(poolder::RuntimeOptions{.threads = 2, .shutdown = 20ms});
  auto pool = std::make_unique<poolder::Pool<Stubborn>>(
      *runtime, poolder::PoolOptions{.size = 3, .shutdown = 10ms}, stage);
  pool->broadcast(Spin{});
  ASSERT_TRUE(stage->started.reaches(3));

  pool.reset();
  runtime.reset();

  EXPECT_EQ(stage->ended.count(), 0);
  stage->let_go = true;
  EXPECT_TRUE(stage->destroyed.reaches(3));
}

TEST(Kill, RacesWithTheHandlersEndAndOneOfThemSettlesEachCall) {
  poolder::Runtime runtime{{.threads = 2}};
  struct Quick {
    int handle_call(Echo echo) { return echo.value; }
  };
  poolder::Pool<Quick> pool{runtime, {.size = 2, .restart = for_ever}};
  std::atomic<bool> over{false};
  std::jthread killer([&] {
    while (!over)
      for (const poolder::Pid each : pool.workers()) pool.kill(each);
  });

  int answered = 0, killed = 0;
  for (int i = 0; i < 800; ++i) {
    const auto reply = pool.try_call(Echo{i}, {.timeout = patience});
    if (reply.has_value()) {
      ASSERT_EQ(reply.value(), i);
      ++answered;
    } else {
      ASSERT_EQ(reply.code(), ErrorCode::worker_down);
      ++killed;
    }
  }
  over = true;

  EXPECT_EQ(answered + killed, 800);
  EXPECT_GT(answered, 0);
}

TEST(Kill, UnderInlineCallsIsToldOnceTheHandlerLetsTheCallersThreadGo) {
  auto stage = std::make_shared<Stage>();
  poolder::Runtime runtime{{.threads = 1}};
  poolder::Pool<Stubborn> pool{
      runtime, {.size = 1, .restart = for_ever, .inline_calls = true}, stage};
  std::optional<ErrorCode> told;
  std::jthread caller([&] { told = error_of([&] { pool.call(Spin{}, {.timeout = patience}); }); });
  ASSERT_TRUE(stage->started.reaches(1));

  pool.kill(pool.worker(0));
  EXPECT_EQ(pool.call(Echo{1}, {.timeout = patience}), 1);
  stage->let_go = true;
  caller.join();

  EXPECT_EQ(told, ErrorCode::worker_down);
}

}  // namespace
