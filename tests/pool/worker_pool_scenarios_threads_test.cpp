// What worker_pool's own tests state, where it has a meaning here; by their numbers in
// docs/routing.md.

#include <array>
#include <atomic>
#include <latch>
#include <map>
#include <memory>
#include <set>
#include <stdexcept>
#include <string>
#include <vector>

#include <poolder/pool/pool.hpp>
#include <poolder/supervise/supervisor.hpp>
#include <poolder/worker/function_worker.hpp>

#include "support/error_of.hpp"
#include "support/on_threads_fixture.hpp"
#include "support/threads.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Where {};
struct Set {
  int value;
};
struct Get {};
struct Leave {};
struct Fail {};
struct Hold {
  std::latch *begun, *ends;
};

struct Server {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  std::size_t handle_call(Where, Context& context) { return context.index(); }
  int handle_call(Get) { return value; }
  int handle_call(Fail) { throw std::runtime_error("undefined function"); }
  void handle_job(Set set) { value = set.value; }
  void handle_job(const Hold& hold) {
    hold.begun->count_down();
    hold.ends->wait();
  }
  Next handle_job(Leave) { return exit("done"); }
  void handle_job(Fail) { throw std::runtime_error("undefined function"); }
  int value = 0;
};

class WorkerPool : public OnThreads {};
INSTANTIATE_TEST_SUITE_P(Threads, WorkerPool, thread_counts, name_of_count);

// WP-03, WP-21
TEST_P(WorkerPool, CanBeStoppedAgainAndFreesItsName) {
  Pool<Server> pool{runtime, {.name = "served", .size = 3}};
  EXPECT_TRUE(runtime.find<Pool<Server>>("served"));

  pool.stop();
  pool.stop();

  EXPECT_FALSE(runtime.find<Pool<Server>>("served"));
  EXPECT_EQ(error_of([&] { pool.call(Get{}); }), ErrorCode::stopped);
}

// WP-04
TEST_P(WorkerPool, StopsWithinItsShutdownTimeAndEndsItsWorkersForThatReason) {
  std::latch begun{1}, ends{1};
  Pool<Server> pool{runtime, {.size = 3, .shutdown = 50ms}};
  std::atomic<int> shut_down{0}, others{0};
  const Subscription told =
      pool.on({.worker_died = [&](std::string_view, Pid, const ExitReason& reason) {
        ++(reason.kind == ExitReason::Kind::shutdown ? shut_down : others);
      }});
  pool.cast(Hold{&begun, &ends});
  begun.wait();

  pool.stop();

  EXPECT_EQ(shut_down, 3);
  EXPECT_EQ(others, 0);
  ends.count_down();
}

// WP-08
TEST_P(WorkerPool, NeedsNoOptions) {
  Pool<Server> pool{runtime};
  EXPECT_EQ(pool.size(), PoolOptions{}.size);
  EXPECT_EQ(pool.call(Get{}), 0);
}

// WP-11, WP-13
TEST_P(WorkerPool, BroadcastsToEachWorkerAndGathersTheReplyOfEach) {
  Pool<Server> pool{runtime, {.size = 19}};

  EXPECT_EQ(pool.broadcast(Set{7}), 19u);
  auto places = pool.broadcall(Where{});
  auto values = pool.broadcall(Get{});

  ASSERT_EQ(places.size(), 19u);
  for (std::size_t i = 0; i < 19; ++i) {
    EXPECT_EQ(places[i].value(), i) << "in the order of their indices (D-48)";
    EXPECT_EQ(values[i].value(), 7);
  }
}

// WP-16
TEST_P(WorkerPool, AnswersRequestsThroughTheirFutures) {
  Pool<Server> pool{runtime, {.size = 4}};
  for (const Route& route : {Route{Routing::round_robin}, Route{Routing::random},
                             Route::hash(std::string("key")), Route{Routing::available}})
    EXPECT_LT(pool.send_request(Where{}, {.route = route}).get(5s), 4u);
}

// WP-22: the function's own value, and its exception
TEST_P(WorkerPool, RunsAFunctionWithAWorkerToItself) {
  Pool<Server> pool{runtime, {.size = 2}};
  for (const Routing routing : {Routing::round_robin, Routing::available, Routing::least_loaded}) {
    const CallOptions options{.route = routing};
    EXPECT_EQ(pool.run([](Server& server) { return ++server.value > 0; }, options), true);
    EXPECT_THROW(pool.run([](Server&) { throw std::logic_error("mine"); }, options),
                 std::logic_error);
  }
  EXPECT_TRUE(pool.drain(5s));
}

// WP-27
TEST_P(WorkerPool, NextWorkerTakesThemInTurnByCallRequestAndRun) {
  Pool<Server> pool{runtime, {.size = 6}};
  std::vector<std::size_t> first, second;
  for (int i = 0; i < 6; ++i) first.push_back(pool.call(Where{}));
  for (int i = 0; i < 6; ++i)
    second.push_back(i % 2 == 0 ? pool.send_request(Where{}).get(5s) : pool.call(Where{}));

  EXPECT_EQ(std::set(first.begin(), first.end()).size(), 6u);
  EXPECT_EQ(first, second);
  EXPECT_EQ(pool.stats().next_worker, first[0]);
}

// D-49: a cursor that several callers move at once gives nobody the same worker
TEST_P(WorkerPool, NextWorkerIsExactWithManyCallers) {
  Pool<Server> pool{runtime, {.size = 6}};
  std::array<std::array<int, 6>, 4> hits{};
  on_threads(4, [&](std::size_t caller) {
    for (int i = 0; i < 600; ++i) ++hits[caller][pool.call(Where{})];
  });
  for (std::size_t worker = 0; worker < 6; ++worker)
    EXPECT_EQ(hits[0][worker] + hits[1][worker] + hits[2][worker] + hits[3][worker], 400);
}

// WP-29
TEST_P(WorkerPool, HashWorkerKeepsAKeyWithItsWorker) {
  Pool<Server> pool{runtime, {.size = 6}};
  std::map<int, std::set<std::size_t>> of_key;
  std::set<std::size_t> all;
  for (int i = 0; i < 120; ++i) {
    of_key[i % 2].insert(pool.call(Where{}, {.route = Route::hash(i % 2)}));
    all.insert(pool.call(Where{}, {.route = Route::hash(i)}));
  }
  EXPECT_EQ(of_key[0].size(), 1u);
  EXPECT_EQ(of_key[1].size(), 1u);
  EXPECT_EQ(all.size(), 6u);
}

// WP-30
TEST_P(WorkerPool, ACustomStrategyIsAFunctionOfTheSize) {
  Pool<Server> pool{runtime, {.size = 6}};
  std::size_t next = 0;
  const Route custom{[&](std::size_t size) { return next++ % size; }};
  for (std::size_t i = 0; i < 12; i += 2) {
    EXPECT_EQ(pool.call(Where{}, {.route = custom}), i % 6);
    pool.cast(Set{1}, custom);
  }
  EXPECT_EQ(pool.run([](Server&) { return true; }, {.route = custom}), true);
}

// WP-36
TEST_P(WorkerPool, NamesItsWorkers) {
  Pool<Server> pool{runtime, {.size = 6}};
  const std::vector<Pid> workers = pool.workers();
  EXPECT_EQ(std::set(workers.begin(), workers.end()).size(), 6u);
  for (std::size_t i = 0; i < 6; ++i) EXPECT_EQ(pool.call(Where{}, {.route = workers[i]}), i);
}

struct Refuses {
  explicit Refuses(bool refuse) {
    if (refuse) throw std::runtime_error("can not ignore");
  }
  bool handle_call(Get) { return true; }
};

// WP-39
TEST_P(WorkerPool, TellsWhyItsFirstWorkersCannotBe) {
  EXPECT_THROW((Pool<Refuses>{runtime, {.name = "first"}, true}), std::runtime_error);
  Pool<Refuses> pool{runtime, {.name = "first"}, false};
  EXPECT_TRUE(pool.call(Get{}));
}

// WP-41, WP-42
TEST_P(WorkerPool, AWorkerThatStopsIsFollowedByAFreshOne) {
  Pool<Server> pool{runtime, {.size = 1, .restart = {.max_restarts = 0}}};
  pool.cast(Set{5});
  EXPECT_EQ(pool.call(Get{}), 5);
  const Pid before = pool.worker(0);

  pool.cast(Leave{});

  EXPECT_EQ(pool.call(Get{}), 0);
  EXPECT_NE(pool.worker(0), before);
}

// WP-43, WP-44: what comes to a call's caller is its own
TEST_P(WorkerPool, DeliversWhatAHandlerThrowsToItsCaller) {
  Pool<Server> pool{runtime, {.size = 2}};
  EXPECT_THROW(pool.call(Fail{}), std::runtime_error);
  auto request = pool.send_request(Fail{});
  EXPECT_THROW(request.get(5s), std::runtime_error);
  EXPECT_EQ(pool.call(Get{}), 0);
}

// WP-47
TEST_P(WorkerPool, AHandlerThatThrowsCrashesItsWorkerAlone) {
  Pool<Server> pool{runtime, {.size = 2}};
  pool.broadcast(Set{3});
  pool.cast(Fail{}, Route::index(0));
  EXPECT_TRUE(pool.drain(5s));
  EXPECT_EQ(pool.call(Get{}, {.route = Route::index(0)}), 0);
  EXPECT_EQ(pool.call(Get{}, {.route = Route::index(1)}), 3);
}

// WP-60, WP-61
TEST_P(WorkerPool, HasAWorkerThatRunsWhatItIsSent) {
  Pool<FunctionWorker> pool{runtime, {.size = 1}};
  std::atomic<int> ran{0};
  EXPECT_EQ(pool.call([] { return 6 * 7; }), 42);
  EXPECT_THROW(pool.call([]() -> int { throw std::logic_error("exit"); }), std::logic_error);
  pool.cast([] { throw std::logic_error("bad"); });
  pool.cast([&] { ++ran; });
  EXPECT_TRUE(pool.drain(5s));
  EXPECT_EQ(ran, 1);
}

/// A worker that is an engine itself: a supervisor over a pool (the "worker may even be a
/// supervisor" of worker_pool's options).
struct Team {
  explicit Team(Runtime* runtime)
      : supervisor(*runtime, {},
                   child<Pool<Server>>(PoolOptions{.size = 2, .restart = {.max_restarts = 100}})) {}
  std::size_t handle_call(Where) { return supervisor.get<Pool<Server>>().call(Where{}); }
  void handle_job(Fail) { supervisor.get<Pool<Server>>().cast(Fail{}); }
  Supervisor supervisor;
};

TEST_P(WorkerPool, MayHaveSupervisorsForWorkers) {
  Pool<Team> teams{runtime, {.size = 3, .restart = {.max_restarts = 100}}, &runtime};
  for (int i = 0; i < 30; ++i) {
    EXPECT_LT(teams.call(Where{}), 2u);
    teams.cast(Fail{});
    if (i % 10 == 0) teams.kill(teams.worker(0));
  }
  EXPECT_TRUE(teams.drain(30s));
}

}  // namespace
