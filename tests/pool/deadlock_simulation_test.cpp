// Waits that could never end fail at once; those that can, nest.

#include <array>
#include <memory>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Node;
using Nodes = std::vector<std::unique_ptr<Pool<Node>>>;

/// Calls the next node, that the one after, and so on.
struct Chain {
  std::size_t next;
  int length;
  Duration before{0};
};
struct Fill {
  std::size_t target;
};

struct Node {
  explicit Node(Nodes* all) : nodes(all) {}

  int handle_call(const Chain& chain, Context& context) {
    if (chain.before > Duration{0}) context.sleep(chain.before);
    if (chain.length == 0) return 0;
    const std::size_t next = chain.next % nodes->size();
    return 1 + (*nodes)[next]->call(Chain{next + 1, chain.length - 1, chain.before});
  }
  /// The same through futures.
  int handle_call(std::size_t next) {
    if (next == nodes->size()) return 0;
    return 1 + (*nodes)[next]->send_request(next + 1).get();
  }
  void handle_job(const Fill& fill) {
    for (int i = 0; i < 3; ++i) (*nodes)[fill.target]->cast(i);
  }
  void handle_job(int) {}

  Nodes* nodes;
};

void make_nodes(Nodes& nodes, Runtime& runtime, std::size_t count, PoolOptions options) {
  for (std::size_t i = 0; i < count; ++i)
    nodes.push_back(std::make_unique<Pool<Node>>(runtime, options, &nodes));
}

constexpr PoolOptions single{.size = 1, .call_timeout = infinity};

TEST(PoolDeadlock, AWorkerThatCallsItselfFailsAtOnce) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Nodes nodes;
    make_nodes(nodes, runtime, 1, single);
    const auto start = runtime.now();

    EXPECT_EQ(error_of([&] { nodes[0]->call(Chain{0, 1}); }), ErrorCode::would_deadlock);
    EXPECT_EQ(runtime.now(), start);
    EXPECT_EQ(nodes[0]->call(Chain{0, 0}), 0);
  });
}

TEST(PoolDeadlock, ARingOfCallsFailsAtTheCallThatClosesItAndNotBefore) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Nodes nodes;
    make_nodes(nodes, runtime, 3 + seed % 3, single);
    const int longest = static_cast<int>(nodes.size()) - 1;

    EXPECT_EQ(nodes[0]->call(Chain{1, longest}), longest);
    EXPECT_EQ(error_of([&] { nodes[0]->call(Chain{1, longest + 1}); }), ErrorCode::would_deadlock);
    for (const auto& each : nodes) EXPECT_EQ(each->call(Chain{0, 0}), 0);
  });
}

TEST(PoolDeadlock, OfCallsThatCloseARingTogetherExactlyOneFails) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Nodes nodes;
    make_nodes(nodes, runtime, 3, single);

    // All three handlers run before any calls the next.
    std::vector<Future<int>> asked;
    for (std::size_t i = 0; i < 3; ++i)
      asked.push_back(nodes[i]->send_request(Chain{i + 1, 1, 1ms}));
    int failed = 0, answered = 0;
    for (Future<int>& each : asked) {
      const auto error = error_of([&] { EXPECT_EQ(each.get(), 1); });
      EXPECT_TRUE(!error || error == ErrorCode::would_deadlock);
      ++(error ? failed : answered);
    }

    EXPECT_EQ(failed, 1);
    EXPECT_EQ(answered, 2);
  });
}

TEST(PoolDeadlock, AKilledHandlersWaitIsNoPartOfARing) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Nodes nodes;
    make_nodes(nodes, runtime, 2, PoolOptions{.size = 1, .restart = lenient});

    Future<int> victim = nodes[0]->send_request(Chain{1, 1, 1ms});  // waits in node 1
    const Future<int> busy = nodes[1]->send_request(Chain{0, 0, 10ms});
    runtime.advance(2ms);
    nodes[0]->kill(nodes[0]->worker(0));

    EXPECT_EQ(error_of([&] { victim.get(); }), ErrorCode::worker_down);
    EXPECT_EQ(nodes[1]->call(Chain{0, 1}), 1);  // 1 calls 0, whose successor waits for nothing
  });
}

TEST(PoolDeadlock, CallsAndFuturesNestAcrossPools) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Nodes nodes;
    make_nodes(nodes, runtime, 5, single);

    EXPECT_EQ(nodes[0]->call(std::size_t{1}), 4);
    EXPECT_EQ(nodes[0]->call(Chain{1, 4, 1ms}), 4);
  });
}

TEST(PoolDeadlock, ABlockingCastIntoTheOwnFullQueueFails) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Nodes nodes;
    make_nodes(nodes, runtime, 2, PoolOptions{.size = 1, .queue = {.capacity = 2}});

    nodes[0]->cast(Fill{0});
    nodes[1]->cast(Fill{0});

    EXPECT_TRUE(nodes[0]->drain(1s));
    EXPECT_TRUE(nodes[1]->drain(1s));
    EXPECT_EQ(nodes[0]->stats().failed, 1u);     // the third cast threw would_deadlock
    EXPECT_EQ(nodes[1]->stats().processed, 1u);  // this one only had to wait
  });
}

TEST(PoolDeadlock, BlockingCastsRoundARingFailAtTheOneThatClosesIt) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Nodes nodes;
    make_nodes(nodes, runtime, 2, PoolOptions{.size = 1, .queue = {.capacity = 2}});

    for (const auto& each : nodes) {
      each->pause();
      each->cast(Fill{each == nodes[0] ? 1u : 0u});
      each->cast(7);
    }
    for (const auto& each : nodes) each->resume();

    EXPECT_TRUE(nodes[0]->drain(1s));
    EXPECT_TRUE(nodes[1]->drain(1s));
    EXPECT_LE(nodes[0]->stats().failed + nodes[1]->stats().failed, 1u);
    EXPECT_EQ(nodes[0]->stats().dropped + nodes[1]->stats().dropped,
              nodes[0]->stats().failed + nodes[1]->stats().failed);
  });
}

}  // namespace
