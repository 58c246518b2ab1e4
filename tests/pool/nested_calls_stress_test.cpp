#include <atomic>
#include <functional>
#include <optional>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/threads.hpp"

using namespace std::chrono_literals;
using poolder::ErrorCode;
using poolder_tests::patience;

namespace {

struct Ask {
  int value;
};

// Asks whatever the test wires it to.
struct Node {
  explicit Node(std::function<int(int)> ask) : next(std::move(ask)) {}
  int handle_call(Ask ask) { return next(ask.value); }
  std::function<int(int)> next;
};
using Nodes = poolder::Pool<Node>;

using Answer = std::function<int(int)>;

TEST(NestedCalls, GoThroughThreePoolsFromManyThreads) {
  poolder::Runtime runtime{{.threads = 2}};
  Nodes last{runtime, {.size = 2, .call_timeout = patience}, Answer([](int i) { return i + 1; })};
  Nodes middle{runtime, {.size = 3, .call_timeout = patience}, Answer([&](int i) {
                 return 10 * last.call(Ask{i});
               })};
  Nodes first{runtime, {.size = 4, .call_timeout = patience}, Answer([&](int i) {
                return middle.call(Ask{i}) + middle.call(Ask{i});
              })};

  poolder_tests::on_threads(6, [&](std::size_t) {
    for (int i = 0; i < 40; ++i) EXPECT_EQ(first.call(Ask{i}), 20 * (i + 1));
  });
}

// Two workers that call each other at the same time: one of the calls, and only one, closes the
// ring.
TEST(NestedCalls, FailForExactlyTheCallThatClosesARing) {
  poolder::Runtime runtime{{.threads = 2}};
  Nodes* other_of_left = nullptr;
  std::atomic<int> refused{0};
  const auto try_call = [&](Nodes& pool, int depth) {
    const auto reply = pool.try_call(Ask{depth - 1});
    if (reply) return reply.value();
    EXPECT_EQ(reply.code(), ErrorCode::would_deadlock);
    ++refused;
    return 0;
  };
  Nodes left{runtime, {.size = 1, .call_timeout = patience}, Answer([&](int depth) {
               return depth == 0 ? 1 : 1 + try_call(*other_of_left, depth);
             })};
  Nodes right{runtime, {.size = 1, .call_timeout = patience}, Answer([&](int depth) {
                return depth == 0 ? 1 : 1 + try_call(left, depth);
              })};
  other_of_left = &right;

  poolder_tests::on_threads(2, [&](std::size_t i) {
    for (int round = 0; round < 200; ++round) EXPECT_GT((i == 0 ? left : right).call(Ask{1}), 0);
  });
  const int in_passing = refused;
  const int round_trip = left.call(Ask{5});  // left, right, and left again: refused there

  EXPECT_LE(in_passing, 400);
  EXPECT_EQ(refused, in_passing + 1);
  EXPECT_EQ(round_trip, 2);
}

TEST(NestedCalls, FailAtOnceForAWorkerThatCallsItself) {
  poolder::Runtime runtime{{.threads = 1}};
  Nodes* self = nullptr;
  std::optional<ErrorCode> told;
  Nodes pool{runtime, {.size = 1, .call_timeout = poolder::infinity}, Answer([&](int) {
               told = poolder_tests::error_of([&] { self->call(Ask{0}); });
               return 1;
             })};
  self = &pool;

  EXPECT_EQ(pool.call(Ask{0}), 1);
  EXPECT_EQ(told, ErrorCode::would_deadlock);
}

TEST(NestedCalls, AreForgottenWhenTheWaitingWorkerIsKilled) {
  poolder::Runtime runtime{{.threads = 2}};
  poolder_tests::Gate waits, go_on;
  Nodes slow{runtime, {.size = 1, .call_timeout = patience}, Answer([&](int value) {
               if (value == 1) {
                 waits.open();
                 EXPECT_TRUE(go_on.wait());
               }
               return value;
             })};
  Nodes caller{runtime, {.size = 1, .call_timeout = patience}, Answer([&](int value) {
                 return value == 0 ? 7 : slow.call(Ask{value});
               })};
  auto stuck = caller.send_request(Ask{1}, {.timeout = patience});
  ASSERT_TRUE(waits.wait());

  caller.kill(caller.worker(0));

  EXPECT_EQ(poolder_tests::error_of([&] { stuck.get(); }), ErrorCode::worker_down);
  EXPECT_EQ(caller.call(Ask{0}), 7);
  go_on.open();
  EXPECT_EQ(caller.call(Ask{2}), 2);
}

TEST(NestedCalls, BlockOnFuturesWithinHandlers) {
  poolder::Runtime runtime{{.threads = 1}};
  Nodes leaves{runtime, {.size = 4, .call_timeout = patience}, Answer([](int i) { return i; })};
  Nodes roots{runtime, {.size = 4, .call_timeout = patience}, Answer([&](int i) {
                auto one = leaves.send_request(Ask{i});
                auto two = leaves.send_request(Ask{2 * i});
                return one.get() + two.get();
              })};

  poolder_tests::on_threads(4, [&](std::size_t) {
    for (int i = 0; i < 50; ++i) EXPECT_EQ(roots.call(Ask{i}), 3 * i);
  });
}

}  // namespace
