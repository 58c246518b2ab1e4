// The simulation itself: what a seed decides, and what nobody may do.

#include "support/simulation.hpp"

#include <cstdint>
#include <set>
#include <string>
#include <thread>

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Step {
  int number;
  Duration pause;
};
struct Advance {};

struct Tracer {
  Tracer(std::string* its_trace, SimulatedRuntime* its_runtime)
      : trace(its_trace), runtime(its_runtime) {}
  void handle_job(const Step& step, Context& context) {
    *trace += std::to_string(step.number) + '<';
    context.sleep(step.pause);
    *trace += std::to_string(step.number) + '>';
  }
  int handle_call(Advance) { return runtime->advance(1s), 0; }
  int handle_call(int) { return runtime->run_until_idle(), 0; }
  std::string* trace;
  SimulatedRuntime* runtime;
};

std::string trace_of(std::uint64_t seed) {
  std::string trace;
  SimulatedRuntime runtime{seed};
  Pool<Tracer> pool{runtime, PoolOptions{.size = 3, .routing = Routing::random, .restart = lenient},
                    &trace, &runtime};
  for (int i = 0; i < 20; ++i) pool.cast(Step{i, Duration{i % 4}});
  runtime.advance(2ns);
  pool.kill(pool.worker(0));
  for (int i = 20; i < 30; ++i) pool.cast(Step{i, Duration{i % 3}});
  EXPECT_TRUE(pool.drain(1s));
  return trace;
}

TEST(Simulation, TheSameSeedGivesTheSameInterleavingAndOthersGiveOthers) {
  std::set<std::string> traces;

  for_each_seed([&](std::uint64_t seed) {
    const std::string trace = trace_of(seed);

    EXPECT_EQ(trace_of(seed), trace);
    EXPECT_TRUE(traces.insert(trace).second) << "another seed gave the same";
  });
}

TEST(Simulation, AWaitThatNothingCanEndThrowsWouldDeadlock) {
  for_each_seed([](std::uint64_t seed) {
    std::string trace;
    SimulatedRuntime runtime{seed};
    Pool<Tracer> pool{runtime, PoolOptions{.size = 1, .call_timeout = infinity}, &trace, &runtime};

    pool.pause();
    EXPECT_EQ(error_of([&] { pool.call(1); }), ErrorCode::would_deadlock);
    Future<int> future = pool.send_request(1);
    EXPECT_EQ(error_of([&] { future.get(); }), ErrorCode::would_deadlock);
    EXPECT_EQ(error_of([&] { (void)pool.drain(infinity); }), ErrorCode::would_deadlock);
  });
}

TEST(Simulation, AStopThatNothingCanEndThrowsAndMayBeCalledAgain) {
  for_each_seed([](std::uint64_t seed) {
    std::string trace;
    SimulatedRuntime runtime{seed};
    Pool<Tracer> target{runtime, PoolOptions{.size = 1}, &trace, &runtime};
    Pool<FunctionWorker> pool{runtime, PoolOptions{.size = 1, .shutdown = infinity}};

    target.pause();
    pool.cast([&] {
      try {
        target.call(1, {.timeout = infinity});
      } catch (const Error&) {
      }
    });
    runtime.run_until_idle();
    EXPECT_EQ(error_of([&] { pool.stop(); }), ErrorCode::would_deadlock);
    target.stop();

    EXPECT_EQ(error_of([&] { pool.stop(); }), std::nullopt);
  });
}

TEST(Simulation, UseFromAForeignThreadIsInvalid) {
  for_each_seed(
      [](std::uint64_t seed) {
        std::string trace;
        SimulatedRuntime runtime{seed};
        Pool<Tracer> pool{runtime, PoolOptions{.size = 1, .dynamic = true}, &trace, &runtime};
        Future<int> future = pool.send_request(1);

        int refused = 0;
        const auto expect_refused = [&](auto&& use) {
          refused += error_of(use) == ErrorCode::invalid_argument;
        };
        std::thread([&] {
          expect_refused([&] { pool.cast(Step{}); });
          expect_refused([&] { (void)pool.try_cast(Step{}); });
          expect_refused([&] { (void)pool.broadcast(Step{}); });
          expect_refused([&] { pool.call(1); });
          expect_refused([&] { (void)future.get(); });
          expect_refused([&] { pool.kill(Pid{}); });
          expect_refused([&] { pool.resize(2); });
          expect_refused([&] { pool.pause(); });
          expect_refused([&] { (void)pool.drain(1s); });
          expect_refused([&] { pool.stop(); });
          expect_refused([&] { runtime.advance(1s); });
          expect_refused([&] { runtime.run_until_idle(); });
          expect_refused([&] { (void)runtime.monitor(Pid{}, [](Pid, const ExitReason&) {}); });
          expect_refused([&] { Pool<FunctionWorker>{runtime, PoolOptions{}}; });
        }).join();

        EXPECT_EQ(refused, 14);
        EXPECT_EQ(pool.size(), 1u);
      },
      100);
}

TEST(Simulation, ItsClockIsNotMovedInsideAHandlerWhereverThatRuns) {
  for_each_seed([](std::uint64_t seed) {
    std::string trace;
    SimulatedRuntime runtime{seed};
    Pool<Tracer> pool{runtime, PoolOptions{.size = 2, .inline_calls = seed % 2 == 0}, &trace,
                      &runtime};
    const auto start = runtime.now();

    EXPECT_EQ(error_of([&] { pool.call(Advance{}); }), ErrorCode::invalid_argument);
    EXPECT_EQ(error_of([&] { pool.call(1); }), ErrorCode::invalid_argument);

    EXPECT_EQ(runtime.now(), start);
  });
}

TEST(Simulation, AdvanceRunsWhatFallsDueAtItsVeryEndAndNothingLater) {
  for_each_seed([](std::uint64_t seed) {
    std::string trace;
    SimulatedRuntime runtime{seed};
    Pool<Tracer> pool{runtime, PoolOptions{.size = 2}, &trace, &runtime};
    const auto start = runtime.now();

    pool.cast(Step{1, 10ms});
    runtime.advance(10ms - 1ns);
    EXPECT_EQ(trace, "1<");
    runtime.advance(1ns);
    EXPECT_EQ(trace, "1<1>");
    EXPECT_EQ(runtime.now() - start, 10ms);
    runtime.run_until_idle();
    EXPECT_EQ(runtime.now() - start, 10ms);
  });
}

TEST(Simulation, TheSystemClockBeginsIn2000GoesWithTheSteadyOneAndCanBeSet) {
  constexpr std::chrono::system_clock::time_point in_2000{946'684'800s};
  SimulatedRuntime runtime{1};

  EXPECT_EQ(runtime.system_now(), in_2000);
  runtime.advance(90min);
  EXPECT_EQ(runtime.system_now(), in_2000 + 90min);
  const auto steady = runtime.now();
  runtime.set_system_clock(in_2000 - 24h);
  runtime.advance(1s);

  EXPECT_EQ(runtime.system_now(), in_2000 - 24h + 1s);
  EXPECT_EQ(runtime.now() - steady, 1s);
}

TEST(Simulation, WhatFallsDueInASuspensionComesLateAndOnce) {
  for_each_seed([](std::uint64_t seed) {
    std::string trace;
    SimulatedRuntime runtime{seed};
    Pool<Tracer> pool{runtime, PoolOptions{.size = 2}, &trace, &runtime};
    pool.cast(Step{1, 10ms});
    runtime.advance(1ms);
    const auto before = runtime.system_now();

    runtime.suspend(1h);
    EXPECT_EQ(trace, "1<");
    runtime.advance(0s);

    EXPECT_EQ(trace, "1<1>");
    EXPECT_EQ(runtime.system_now() - before, 1h);
  });
}

}  // namespace
