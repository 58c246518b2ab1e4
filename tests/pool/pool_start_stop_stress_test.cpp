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

TEST(PoolStartStop, BearsEveryEndWhileItsUsersNeverPause) {
  const poolder_tests::Ends<Counters> ends{[](poolder::Runtime& runtime) {
                                             return std::make_unique<Counters>(runtime,
                                                                               three_workers());
                                           },
                                           use, [] { EXPECT_EQ(Counter::alive, 0); }};

  ends.bear_all();
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
