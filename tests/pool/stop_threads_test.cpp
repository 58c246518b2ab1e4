// Stopping and destroying a pool from everywhere that a program could do it.

#include <atomic>
#include <functional>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/on_threads_fixture.hpp"

using namespace std::chrono_literals;
using poolder::ErrorCode;
using poolder_tests::error_of;
using poolder_tests::Gate;
using poolder_tests::patience;
using poolder_tests::Tally;

namespace {

struct Tell {
  std::function<void()> what;
};
struct Fail {};
struct Leave {};

// What a worker does besides being told: the test puts it here.
struct Plan {
  std::function<void()> in_constructor, in_destructor, in_hibernate, in_error, in_callback;
  Tally destroyed;

  static void run(const std::function<void()>& step) {
    if (step) step();
  }
};

std::shared_ptr<Plan> plan;  // of the test that runs

void call_back() { Plan::run(plan->in_callback); }

struct Actor {
  static constexpr poolder::WorkerOptions options{.hibernate_after = 1ms,
                                                  .on_failure = poolder::OnFailure::restart};
  static constexpr auto callbacks = poolder::callbacks(poolder::callback<"told">(&call_back));

  Actor() { Plan::run(plan->in_constructor); }
  ~Actor() {
    Plan::run(plan->in_destructor);
    plan->destroyed.add();
  }
  auto handle_job(const Tell& tell) {
    tell.what();
    return poolder::emit<"told">();
  }
  void handle_job(Fail) { throw std::runtime_error("told to fail"); }
  poolder::Next handle_job(Leave) { return poolder::exit(); }
  void handle_call(const Tell& tell) { tell.what(); }
  poolder::Recovery handle_error(const poolder::Failure&) {
    Plan::run(plan->in_error);
    return poolder::halt();
  }
  void handle_hibernate() { Plan::run(plan->in_hibernate); }
};

using Actors = poolder::Pool<Actor>;

class Stop : public poolder_tests::OnThreads {
 protected:
  Stop() { plan = std::make_shared<Plan>(); }

  std::unique_ptr<Actors> actors(std::size_t size) {
    return std::make_unique<Actors>(runtime, poolder::PoolOptions{.name = "actors", .size = size});
  }
  // The name is free again once the pool has stopped for good.
  void expect_stopped(int workers) {
    EXPECT_TRUE(plan->destroyed.reaches(workers));
    while (runtime.find<Actors>("actors")) std::this_thread::yield();
  }
};

INSTANTIATE_TEST_SUITE_P(Threads, Stop, poolder_tests::thread_counts, poolder_tests::name_of_count);

TEST_P(Stop, FromInsideAHandlerDoesNotWaitForThatHandler) {
  const auto pool = actors(2);
  Gate returned;

  pool->cast(Tell{[&] {
    pool->stop();
    returned.open();
  }});

  EXPECT_TRUE(returned.wait());
  pool->stop();
  EXPECT_EQ(plan->destroyed.count(), 2);
  EXPECT_EQ(error_of([&] { pool->cast(Leave{}); }), ErrorCode::stopped);
}

TEST_P(Stop, ByTwoHandlersAtOnceEndsBoth) {
  const auto pool = actors(3);
  Tally inside, returned;

  for (int i = 0; i < 2; ++i)
    pool->cast(Tell{[&] {
      inside.add();
      EXPECT_TRUE(inside.reaches(2));
      pool->stop();
      returned.add();
    }});

  EXPECT_TRUE(returned.reaches(2));
  pool->stop();
  EXPECT_EQ(plan->destroyed.count(), 3);
}

TEST_P(Stop, ByHandlersAndOtherThreadsAtOnceEndsAll) {
  const auto pool = actors(4);
  Tally inside;
  for (int i = 0; i < 3; ++i)
    pool->cast(Tell{[&] {
      inside.add();
      EXPECT_TRUE(inside.reaches(3));
      pool->stop();
    }});

  EXPECT_TRUE(inside.reaches(3));
  std::jthread one([&] { pool->stop(); });
  std::jthread two([&] { pool->stop(); });
  pool->stop();

  EXPECT_EQ(plan->destroyed.count(), 4);
}

TEST_P(Stop, ByDestroyingThePoolInsideItsOwnHandler) {
  auto pool = actors(2);
  Gate set;

  pool->cast(Tell{[&] {
    EXPECT_TRUE(set.wait());
    pool.reset();
  }});
  set.open();

  expect_stopped(2);
}

TEST_P(Stop, ByDestroyingThePoolInsideACallIsAnsweredFirst) {
  auto pool = actors(2);
  Gate sent;
  auto call = pool->send_request(Tell{[&] {
                                   EXPECT_TRUE(sent.wait());
                                   pool.reset();
                                 }},
                                 {.timeout = patience});
  sent.open();

  EXPECT_EQ(error_of([&] { call.get(); }), std::nullopt);
  expect_stopped(2);
}

TEST_P(Stop, ByAMessageThatOwnsThePool) {
  auto pool = std::shared_ptr<Actors>(actors(2));
  Gate dropped;

  pool->cast(Tell{[pool, &dropped] { EXPECT_TRUE(dropped.wait()); }});
  pool.reset();
  dropped.open();

  expect_stopped(2);
}

TEST_P(Stop, ByAMessageThatOwnsThePoolAndIsGivenUp) {
  auto pool = std::shared_ptr<Actors>(actors(1));
  poolder::Pool<Actor>& running = *pool;
  running.pause();
  running.cast(Tell{[pool] {}});

  running.stop();
  pool.reset();

  expect_stopped(1);
}

TEST_P(Stop, ByAWorkersDestructor) {
  auto pool = actors(2);
  std::atomic<bool> first{true};
  plan->in_destructor = [&] {
    if (first.exchange(false)) pool->stop();
  };

  pool->cast(Leave{});

  expect_stopped(2);
}

TEST_P(Stop, ByTheConstructorOfAWorkerThatTakesAnothersPlace) {
  auto pool = actors(2);
  plan->in_constructor = [&] { pool->stop(); };

  pool->cast(Leave{});

  expect_stopped(3);
}

TEST_P(Stop, ByHandleHibernate) {
  Gate ready;
  std::unique_ptr<Actors> pool;
  plan->in_hibernate = [&] {
    EXPECT_TRUE(ready.wait());
    pool->stop();
  };
  pool = actors(2);
  pool->broadcast(Tell{[] {}});
  ready.open();

  expect_stopped(2);
}

TEST_P(Stop, ByHandleError) {
  auto pool = actors(2);
  plan->in_error = [&] { pool->stop(); };

  pool->cast(Fail{});

  expect_stopped(2);
}

TEST_P(Stop, ByANamedCallback) {
  auto pool = actors(2);
  plan->in_callback = [&] { pool->stop(); };

  pool->cast(Tell{[] {}});

  expect_stopped(2);
}

TEST_P(Stop, ByAMonitorAndByThen) {
  auto pool = actors(2);
  auto subscription = runtime.monitor(pool->worker(0), [&](auto&&...) { pool->stop(); });
  pool->send_request(Tell{[] {}}, {.timeout = patience}).then([&](poolder::Result<void>) {
    pool->cast(Leave{}, poolder::Route::index(0));
  });

  expect_stopped(2);
}

TEST_P(Stop, OfAnotherPoolInsideAMessagesDestructorLetsOthersRun) {
  struct Plain {
    void handle_job(const Tell& tell) { tell.what(); }
  };
  auto inner = std::shared_ptr<Actors>(actors(3));
  poolder::Pool<Plain> outer{runtime, {.size = 1}};
  Gate dropped;

  outer.cast(Tell{[inner, &dropped] { EXPECT_TRUE(dropped.wait()); }});
  inner.reset();
  dropped.open();

  expect_stopped(3);
  EXPECT_TRUE(outer.drain(patience));
}

TEST_P(Stop, EndsEveryDrainThatWaits) {
  const auto pool = actors(2);
  pool->pause();
  pool->cast(Tell{[] {}});
  pool->cast(Tell{[] {}});
  std::atomic<int> over{0};
  std::vector<std::jthread> drainers;
  Tally waiting;
  for (int i = 0; i < 2; ++i)
    drainers.emplace_back([&] {
      waiting.add();
      static_cast<void>(pool->drain(poolder::infinity));
      ++over;
    });
  EXPECT_TRUE(waiting.reaches(2));

  pool->stop();
  drainers.clear();

  EXPECT_EQ(over, 2);
}

TEST_P(Stop, GivesUpWhatAPausedPoolHolds) {
  const auto pool = actors(2);
  pool->pause();
  auto call = pool->send_request(Tell{[] {}}, {.timeout = patience});
  for (int i = 0; i < 5; ++i) pool->cast(Tell{[] { ADD_FAILURE() << "it ran"; }});

  pool->stop();

  EXPECT_EQ(error_of([&] { call.get(); }), ErrorCode::stopped);
  EXPECT_EQ(pool->stats().dropped, 6u);
}

TEST_P(Stop, RequestsTheTokenOfTheHandlerThatRuns) {
  struct Patient {
    void handle_job(Gate* begun, poolder::Context& context) {
      const auto token = context.stop_token();
      begun->open();
      while (!token.stop_requested()) std::this_thread::yield();
    }
    void handle_job(Tally* begun, poolder::Context& context) {
      begun->add();
      context.sleep(1h);
    }
  };
  poolder::Pool<Patient> pool{runtime, {.size = 2, .shutdown = poolder::infinity}};
  Gate begun;
  Tally asleep;
  pool.cast(&begun);
  pool.cast(&asleep);
  ASSERT_TRUE(begun.wait());
  ASSERT_TRUE(asleep.reaches(1));

  pool.stop();

  EXPECT_EQ(pool.stats().processed, 2u);
}

TEST_P(Stop, TellsSendersThatWaitForRoom) {
  const auto pool = std::make_unique<Actors>(
      runtime, poolder::PoolOptions{.name = "actors", .size = 1, .queue = {.capacity = 1}});
  pool->pause();
  pool->cast(Tell{[] {}});
  Tally told;
  std::vector<std::jthread> senders;
  for (int i = 0; i < 3; ++i)
    senders.emplace_back([&] {
      if (error_of([&] { pool->cast(Tell{[] {}}); }) == ErrorCode::stopped) told.add();
    });

  pool->stop();
  senders.clear();

  EXPECT_EQ(told.count(), 3);
}

TEST_P(Stop, IsWhatStopPoolDoes) {
  struct Quits {
    poolder::Next handle_job(Leave) { return poolder::stop_pool(); }
  };
  poolder::Pool<Quits> pool{runtime, {.name = "quits", .size = 2}};

  pool.cast(Leave{});
  while (runtime.find<poolder::Pool<Quits>>("quits")) std::this_thread::yield();

  EXPECT_EQ(error_of([&] { pool.cast(Leave{}); }), ErrorCode::stopped);
}

}  // namespace
