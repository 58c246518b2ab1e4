// Handlers that run for too long while no thread is left, and how long stats() say that they run.

#include <chrono>
#include <thread>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>

#include "support/gate.hpp"
#include "support/on_threads_fixture.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Wait {
  const Gate* gate;
  Tally* begun;
};
struct Answer {
  Tally* answered;
};

struct Worker {
  void handle_job(const Wait& wait) { block(wait); }
  void handle_call(const Wait& wait) { block(wait); }
  void handle_job(const Answer& answer) { answer.answered->add(); }

  static void block(const Wait& wait) {
    wait.begun->add();
    EXPECT_TRUE(wait.gate->wait());
  }
};

class OverrunOn : public OnThreads {};
INSTANTIATE_TEST_SUITE_P(Threads, OverrunOn, thread_counts, name_of_count);

TEST_P(OverrunOn, IsKilledAndToldAndReplacedWhileEveryThreadIsStuck) {
  constexpr int workers = 30;
  Runtime few{{.threads = GetParam(), .max_blocked_threads = 1}};
  Gate gate;
  Tally begun, answered, warnings, kills;
  Pool<Worker> pool{few, PoolOptions{.size = workers,
                                     .overrun = {.warn_after = 10ms, .max_warnings = 2},
                                     .restart = {.max_restarts = 1'000'000}}};
  auto subscription = pool.on_overrun([&](const Overrun& report) {
    (report.alert == Overrun::Alert::overrun ? warnings : kills).add();
  });

  for (std::size_t i = 0; i < workers; ++i) pool.cast(Wait{&gate, &begun}, Route::index(i));
  for (std::size_t i = 0; i < workers; ++i) pool.cast(Answer{&answered}, Route::index(i));

  EXPECT_TRUE(kills.reaches(workers));
  EXPECT_TRUE(answered.reaches(workers));
  EXPECT_EQ(begun.count(), workers);
  EXPECT_GE(warnings.count(), workers);
  gate.open();
}

TEST_P(OverrunOn, IsToldWhileEveryThreadIsStuckAndNothingIsKilled) {
  Runtime few{{.threads = GetParam(), .max_blocked_threads = 0}};
  Gate gate;
  Tally begun, told;
  Pool<Worker> pool{few, PoolOptions{.size = GetParam(), .overrun = {.warn_after = 10ms}}};
  auto subscription = pool.on_overrun([&](const Overrun&) { told.add(); });

  for (std::size_t i = 0; i < pool.size(); ++i) pool.cast(Wait{&gate, &begun}, Route::index(i));

  EXPECT_TRUE(told.reaches(1));
  gate.open();
}

using Clock = std::chrono::steady_clock;

/// One run of what waits at a gate, on a fresh runtime, for which no time has passed before.
void expect_timed(PoolOptions options, bool called) {
  const auto before = Clock::now();
  Runtime runtime{{.threads = 1}};
  Gate gate;
  Tally begun;
  Pool<Worker> pool{runtime, options};
  std::jthread caller;
  if (called) {
    caller = std::jthread{[&] { pool.call(Wait{&gate, &begun}); }};
  } else {
    pool.cast(Wait{&gate, &begun});
  }
  EXPECT_TRUE(begun.reaches(1));
  const auto runs = Clock::now();

  const auto asked = Clock::now();
  const WorkerStats stats = pool.stats().workers[0];
  const auto told = Clock::now();

  EXPECT_TRUE(stats.busy);
  EXPECT_GE(stats.runtime, asked - runs);
  EXPECT_GT(stats.runtime, 0ns);
  EXPECT_LE(stats.runtime, told - before);
  gate.open();
}

TEST(AtWork, IsTimedOnWhateverThreadItRuns) {
  const PoolOptions plain{.size = 1, .call_timeout = infinity};
  PoolOptions dedicated = plain, on_callers_thread = plain;
  dedicated.placement = Placement::dedicated;
  on_callers_thread.inline_calls = true;
  for (const bool called : {false, true}) {
    expect_timed(plain, called);
    expect_timed(dedicated, called);
    expect_timed(on_callers_thread, called);
  }
}

TEST(AtWork, IsTimedAnewForEachRun) {
  Runtime runtime{{.threads = 1}};
  Pool<Worker> pool{runtime, PoolOptions{.size = 1, .call_timeout = infinity}};
  for (int i = 0; i < 20; ++i) {
    // Of the last run nothing is left, however long it was.
    auto& core = *runtime.core();
    const auto last = core.now();
    while (core.recently() <= last) std::this_thread::yield();
    Gate gate;
    Tally begun;
    pool.cast(Wait{&gate, &begun});
    EXPECT_TRUE(begun.reaches(1));
    const Duration runtime_so_far = pool.stats().workers[0].runtime;
    EXPECT_LE(runtime_so_far, Duration{core.now() - last});
    gate.open();
    EXPECT_TRUE(pool.drain(patience));
  }
}

}  // namespace
