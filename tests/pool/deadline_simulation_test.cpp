// Deadlines that nobody waits at: then() and max_wait.

#include <optional>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Ask {
  int id;
  Duration takes{0};
};

struct Worker {
  explicit Worker(std::vector<int>* its_log) : handled(its_log) {}
  int handle_call(const Ask& ask, Context& context) {
    handle_job(ask, context);
    return ask.id;
  }
  void handle_job(const Ask& ask, Context& context) {
    handled->push_back(ask.id);
    if (ask.takes > Duration{0}) context.sleep(ask.takes);
  }
  std::vector<int>* handled;
};

/// What then() was told, and when.
struct Told {
  int times = 0;
  std::optional<int> value{};
  std::optional<ErrorCode> code{};
  Duration at{0};
};

auto note(Told& told, SimulatedRuntime& runtime) {
  const auto start = runtime.now();
  return [&told, &runtime, start](const Result<int>& result) {
    ++told.times;
    told.code = result.code();
    if (result) told.value = result.value();
    told.at = runtime.now() - start;
  };
}

TEST(PoolThen, IsToldTheAnswerOnceAndNeverInsideTheCallThatRegistersIt) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    Told early, late;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, PoolOptions{.size = 1}, &handled};

    pool.send_request(Ask{1, 4ms}).then(note(early, runtime));
    Future<int> answered = pool.send_request(Ask{2});
    runtime.advance(5ms);
    EXPECT_TRUE(answered.ready());
    answered.then(note(late, runtime));
    EXPECT_EQ(late.times, 0);
    runtime.advance(1h);

    EXPECT_EQ(early.times, 1);
    EXPECT_EQ(early.value, 1);
    EXPECT_EQ(early.at, 4ms);
    EXPECT_EQ(late.times, 1);
    EXPECT_EQ(late.value, 2);
    EXPECT_EQ(late.at, 0ms);
  });
}

TEST(PoolThen, IsToldATimeoutAtTheDeadlineAndTheRequestRunsAllTheSame) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    Told running, queued;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, PoolOptions{.size = 1}, &handled};

    pool.send_request(Ask{1, 10ms}, {.timeout = 6ms}).then(note(running, runtime));
    pool.send_request(Ask{2}, {.timeout = 3ms}).then(note(queued, runtime));
    runtime.advance(1s);

    EXPECT_EQ(running.times, 1);
    EXPECT_EQ(running.code, ErrorCode::timeout);
    EXPECT_EQ(running.at, 6ms);
    EXPECT_EQ(queued.times, 1);
    EXPECT_EQ(queued.code, ErrorCode::timeout);
    EXPECT_EQ(queued.at, 3ms);
    EXPECT_EQ(handled, (std::vector<int>{1, 2}));
    EXPECT_EQ(pool.stats().processed, 2u);
  });
}

TEST(PoolThen, IsToldThatThePoolHasStopped) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    Told told;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, PoolOptions{.size = 1}, &handled};

    pool.pause();
    pool.send_request(Ask{1}).then(note(told, runtime));
    pool.stop();
    runtime.run_until_idle();

    EXPECT_EQ(told.times, 1);
    EXPECT_EQ(told.code, ErrorCode::stopped);
  });
}

TEST(PoolMaxWait, GivesUpWhatHasWaitedLongerAndTellsItsCaller) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, PoolOptions{.size = 1, .queue = {.max_wait = 10ms}}, &handled};

    pool.cast(Ask{1, 12ms});
    runtime.run_until_idle();
    pool.cast(Ask{2});
    Future<int> third = pool.send_request(Ask{3});
    runtime.advance(2ms);
    pool.cast(Ask{4});  // waits for exactly 10 ms, which is not longer
    runtime.advance(1ms);
    pool.cast(Ask{5});

    EXPECT_TRUE(pool.drain(1s));
    EXPECT_EQ(error_of([&] { third.get(0ms); }), ErrorCode::timeout);
    EXPECT_EQ(handled, (std::vector<int>{1, 4, 5}));
    EXPECT_EQ(pool.stats().dropped, 2u);
  });
}

TEST(PoolMaxWait, CountsTheTimeInWhichThePoolIsPaused) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, PoolOptions{.size = 2, .queue = {.max_wait = 5ms}}, &handled};

    pool.pause();
    for (int id = 0; id < 4; ++id) pool.cast(Ask{id});
    runtime.advance(6ms);
    for (int id = 4; id < 8; ++id) pool.cast(Ask{id});
    pool.resume();

    EXPECT_TRUE(pool.drain(1s));
    EXPECT_EQ(handled.size(), 4u);
    for (const int id : handled) EXPECT_GE(id, 4);
    EXPECT_EQ(pool.stats().dropped, 4u);
  });
}

}  // namespace
