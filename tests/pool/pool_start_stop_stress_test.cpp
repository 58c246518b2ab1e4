#include <atomic>
#include <memory>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>

#include "support/error_of.hpp"
#include "support/start_stop.hpp"

using namespace std::chrono_literals;
using poolder::ErrorCode;

namespace {

struct Count {};
struct Read {};

struct Counter {
  static inline std::atomic<int> alive{0};

  Counter() { ++alive; }
  ~Counter() { --alive; }
  void handle_job(Count) { ++count; }
  int handle_call(Read) const { return count; }

  int count = 0;
};

using Counters = poolder::Pool<Counter>;

poolder::PoolOptions three_workers() {
  return {.name = "counters", .size = 3, .call_timeout = 60s};
}

// A cast and now and then a call, until the pool says that it has stopped.
bool use(Counters& pool) {
  thread_local unsigned turn = 0;
  if (!pool.try_cast(Count{})) return false;
  if (++turn % 4 != 0) return true;
  const auto read = pool.try_call(Read{});
  EXPECT_TRUE(read.has_value() || read.code() == ErrorCode::stopped);
  return read.has_value();
}

TEST(PoolStartStop, BearsAThousandStopsWhileItsUsersNeverPause) {
  poolder::Runtime runtime{{.threads = 2}};
  const poolder_tests::StartStop<Counters> counters{
      [&] { return std::make_unique<Counters>(runtime, three_workers()); }, use,
      [](Counters& pool) { pool.stop(); }};

  const std::size_t told = counters.stress(1'000, 2, 20);

  EXPECT_EQ(told, 2'000u);
  EXPECT_EQ(Counter::alive, 0);
}

TEST(PoolStartStop, LetsManyThreadsStopOnePoolAtOnce) {
  poolder::Runtime runtime{{.threads = 2}};
  const poolder_tests::StartStop<Counters> counters{
      [&] { return std::make_unique<Counters>(runtime, three_workers()); }, use,
      [](Counters& pool) {
        std::jthread other([&] { pool.stop(); });
        std::jthread third([&] { pool.stop(); });
        pool.stop();
        EXPECT_EQ(Counter::alive, 0);
      }};

  const std::size_t told = counters.stress(200, 2, 20);

  EXPECT_EQ(told, 400u);
}

// A runtime and all that it runs, as a program has it that starts and ends quickly.
struct Program {
  poolder::Runtime runtime{{.threads = 2}};
  Counters pool{runtime, three_workers()};
};

TEST(PoolStartStop, BearsAThousandRuntimesThatEndWhileBusy) {
  const poolder_tests::StartStop<Program> programs{
      [] { return std::make_unique<Program>(); },
      [](Program& program) { return use(program.pool); },
      [](Program& program) { program.pool.stop(); }};

  const std::size_t told = programs.stress(1'000, 1, 10);

  EXPECT_EQ(told, 1'000u);
  EXPECT_EQ(Counter::alive, 0);
}

TEST(PoolStartStop, StopsWhatStillRunsWhenTheRuntimeIsDestroyedFirst) {
  for (int time = 0; time < 200; ++time) {
    auto runtime = std::make_unique<poolder::Runtime>(poolder::RuntimeOptions{.threads = 2});
    Counters pool{*runtime, three_workers()};
    std::atomic<int> used{0};
    std::jthread user([&] {
      while (use(pool)) {
        ++used;
        used.notify_one();
      }
    });
    for (int seen = used; seen < 10; seen = used) used.wait(seen);

    runtime.reset();
    user.join();

    EXPECT_EQ(Counter::alive, 0);
  }
}

TEST(PoolStartStop, RefusesAMillionCastsOnceStopped) {
  poolder::Runtime runtime{{.threads = 2}};
  Counters pool{runtime, three_workers()};
  pool.stop();

  std::size_t refused = 0, thrown = 0;
  for (int i = 0; i < 1'000'000; ++i) refused += !pool.try_cast(Count{});
  for (int i = 0; i < 10'000; ++i)
    thrown += poolder_tests::error_of([&] { pool.cast(Count{}); }) == ErrorCode::stopped;

  EXPECT_EQ(refused, 1'000'000u);
  EXPECT_EQ(thrown, 10'000u);
  EXPECT_EQ(pool.stats().processed, 0u);
}

}  // namespace
