// Requests: whose reply is whose, and what becomes of it when nobody waits any more.

#include <memory>
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

int answer_to(int id) { return id * 3 + 1; }

struct Oracle {
  explicit Oracle(std::vector<int>* its_log) : handled(its_log) {}
  int handle_call(const Ask& ask, Context& context) {
    handled->push_back(ask.id);
    if (ask.takes > Duration{0}) context.sleep(ask.takes);
    return answer_to(ask.id);
  }
  std::vector<int>* handled;
};

struct Quiz {
  int client;
};

struct Client {
  Client(Pool<Oracle>* its_oracle, std::uint64_t seed, int* lates)
      : oracle(its_oracle), random(seed), late(lates) {}

  void handle_job(const Quiz& quiz) {
    for (int i = 0; i < 8; ++i) {
      const int id = quiz.client * 100 + i;
      const Duration takes{random.below(5'000)}, patience{random.below(20'000)};
      try {
        EXPECT_EQ(oracle->call(Ask{id, takes}, {.timeout = patience}), answer_to(id));
      } catch (const Error& error) {
        EXPECT_EQ(error.code(), ErrorCode::timeout);
        ++*late;
      }
    }
  }

  Pool<Oracle>* oracle;
  detail::Random random;
  int* late;
};

TEST(PoolReply, GoesToItsOwnCallerAndALateOneToNobody) {
  int late = 0;

  for_each_seed([&](std::uint64_t seed) {
    std::vector<int> handled;
    SimulatedRuntime runtime{seed};
    Pool<Oracle> oracle{runtime, PoolOptions{.size = 2}, &handled};
    Pool<Client> clients{runtime, PoolOptions{.size = 4}, &oracle, seed, &late};

    for (int client = 0; client < 4; ++client) clients.cast(Quiz{client});

    EXPECT_TRUE(clients.drain(1s));
    EXPECT_TRUE(oracle.drain(1s));
    EXPECT_EQ(handled.size(), 32u);  // a request whose caller has gone is handled all the same
    EXPECT_EQ(oracle.stats().processed, 32u);
    EXPECT_EQ(clients.stats().processed, 4u);
  });

  EXPECT_GT(late, 1'000);
}

TEST(PoolReply, ACallEndsAtItsDeadlineExactly) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    SimulatedRuntime runtime{seed};
    Pool<Oracle> pool{runtime, PoolOptions{.size = 1, .call_timeout = 7ms}, &handled};
    const auto start = runtime.now();

    EXPECT_EQ(error_of([&] { pool.call(Ask{1, 20ms}); }), ErrorCode::timeout);
    EXPECT_EQ(runtime.now() - start, 7ms);
    EXPECT_EQ(error_of([&] { pool.call(Ask{2}, {.timeout = 3ms}); }), ErrorCode::timeout);
    EXPECT_EQ(runtime.now() - start, 10ms);
    EXPECT_EQ(pool.call(Ask{3}, {.timeout = 11ms}), answer_to(3));
    EXPECT_EQ(runtime.now() - start, 20ms);
    EXPECT_EQ(handled, (std::vector<int>{1, 2, 3}));
  });
}

TEST(PoolReply, TryCallHoldsWhatCallWouldThrow) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    SimulatedRuntime runtime{seed};
    Pool<Oracle> pool{runtime, PoolOptions{.size = 1}, &handled};

    EXPECT_EQ(pool.try_call(Ask{1}).value(), answer_to(1));
    EXPECT_EQ(pool.try_call(Ask{2, 5ms}, {.timeout = 1ms}).code(), ErrorCode::timeout);
    pool.stop();
    EXPECT_EQ(pool.try_call(Ask{3}).code(), ErrorCode::stopped);
  });
}

TEST(PoolReply, AFutureMayBeAskedAgainAfterATimeout) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    SimulatedRuntime runtime{seed};
    Pool<Oracle> pool{runtime, PoolOptions{.size = 1, .call_timeout = 50ms}, &handled};
    const auto start = runtime.now();

    Future<int> future = pool.send_request(Ask{1, 30ms});
    EXPECT_EQ(runtime.now() - start, 0ms);
    EXPECT_EQ(error_of([&] { future.get(10ms); }), ErrorCode::timeout);
    EXPECT_EQ(runtime.now() - start, 10ms);
    EXPECT_FALSE(future.ready());
    EXPECT_EQ(future.get(), answer_to(1));
    EXPECT_EQ(runtime.now() - start, 30ms);
    EXPECT_EQ(error_of([&] { future.get(); }), ErrorCode::invalid_argument);
  });
}

TEST(PoolReply, AFuturesGetEndsAtTheRequestsOwnDeadline) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    SimulatedRuntime runtime{seed};
    Pool<Oracle> pool{runtime, PoolOptions{.size = 1}, &handled};
    const auto start = runtime.now();

    Future<int> future = pool.send_request(Ask{1, 30ms}, {.timeout = 9ms});
    runtime.advance(4ms);

    EXPECT_EQ(error_of([&] { future.get(); }), ErrorCode::timeout);
    EXPECT_EQ(runtime.now() - start, 9ms);
  });
}

TEST(PoolReply, CancelKeepsARequestFromRunningUnlessItHasStarted) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    SimulatedRuntime runtime{seed};
    Pool<Oracle> pool{runtime, PoolOptions{.size = 1}, &handled};

    Future<int> first = pool.send_request(Ask{1, 5ms});
    Future<int> second = pool.send_request(Ask{2});
    runtime.advance(1ms);

    EXPECT_FALSE(first.cancel());
    EXPECT_TRUE(second.cancel());
    EXPECT_FALSE(second.cancel());
    EXPECT_EQ(first.get(), answer_to(1));
    EXPECT_EQ(error_of([&] { second.get(); }), ErrorCode::cancelled);
    EXPECT_TRUE(pool.drain(1s));
    EXPECT_EQ(handled, std::vector<int>{1});
    EXPECT_EQ(pool.stats().dropped, 0u);
  });
}

TEST(PoolReply, ACancelledRequestIsNotCountedAsDroppedWhenThePoolStops) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    SimulatedRuntime runtime{seed};
    Pool<Oracle> pool{runtime, PoolOptions{.size = 1}, &handled};

    pool.pause();
    Future<int> cancelled = pool.send_request(Ask{1});
    Future<int> left = pool.send_request(Ask{2});
    EXPECT_TRUE(cancelled.cancel());
    pool.stop();

    EXPECT_EQ(error_of([&] { cancelled.get(); }), ErrorCode::cancelled);
    EXPECT_EQ(error_of([&] { left.get(); }), ErrorCode::stopped);
    EXPECT_EQ(pool.stats().dropped, 1u);
  });
}

TEST(PoolReply, ADestroyedFutureLetsItsRequestGoOn) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    SimulatedRuntime runtime{seed};
    Pool<Oracle> pool{runtime, PoolOptions{.size = 1}, &handled};

    { const Future<int> unread = pool.send_request(Ask{1, 1ms}); }
    { const Future<int> unread = pool.send_request(Ask{2, 1ms}); }

    EXPECT_TRUE(pool.drain(1s));
    EXPECT_EQ(handled, (std::vector<int>{1, 2}));
    EXPECT_EQ(pool.stats().processed, 2u);
  });
}

TEST(PoolReply, OfARunThatHadNotStartedAtTheDeadlineNothingRuns) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    SimulatedRuntime runtime{seed};
    Pool<Oracle> pool{runtime, PoolOptions{.size = 1}, &handled};

    const Future<int> before = pool.send_request(Ask{1, 10ms});
    bool ran = false;
    const auto run = [&](Oracle&) { return ran = true; };
    EXPECT_EQ(error_of([&] { pool.run(run, {.timeout = 3ms}); }), ErrorCode::timeout);

    EXPECT_TRUE(pool.drain(1s));
    EXPECT_FALSE(ran);
    EXPECT_TRUE(pool.run(run));
  });
}

}  // namespace
