// Children: how they begin, how they end, and who sees what of it.

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/factory/factory_pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/on_threads_fixture.hpp"
#include "support/threads.hpp"

using namespace poolder_tests;
using namespace std::chrono_literals;
using poolder::ErrorCode;
using poolder::ExitReason;
using poolder::FactoryPool;
using poolder::Pid;
using poolder::WorkerRef;

namespace {

struct Add {
  int more;
};
struct Sum {};
struct Crash {};
struct Leave {};
struct Hold {
  Tally* begun;
  const Gate* until;
};
struct Self {};
/// Starts another in a group, then crashes.
struct Found {
  FactoryPool* factory;
  Gate* founded;
};

struct Counter {
  static constexpr poolder::WorkerOptions options{.on_failure = poolder::OnFailure::restart};

  explicit Counter(int opening = 0) : sum(opening) {}

  void handle_job(const Add& add) { sum += add.more; }
  void handle_job(Crash) { throw std::runtime_error("crash"); }
  poolder::Next handle_job(Leave) { return poolder::exit("had enough"); }
  void handle_job(const Hold& hold) {
    hold.begun->add();
    EXPECT_TRUE(hold.until->wait());
  }
  void handle_job(const Found& found) {
    found.factory->start_child<Counter>("founded");
    found.founded->open();
    throw std::runtime_error("crash");
  }
  int handle_call(Sum) { return sum; }
  Pid handle_call(Self, poolder::Context& context) { return context.self(); }

  int sum;
};
struct Refusing {
  explicit Refusing(bool refuses) {
    if (refuses) throw std::runtime_error("refused");
  }
};

/// Waits for a worker's end, and keeps why.
class End {
 public:
  End(
      poolder::Runtime& runtime, Pid pid, std::function<void()> look = [] {})
      : watch_(runtime.monitor(pid, [this, look = std::move(look)](Pid, const ExitReason& reason) {
          look();
          reason_ = reason;
          gate_.open();
        })) {}
  ExitReason wait() {
    EXPECT_TRUE(gate_.wait());
    return reason_;
  }

 private:
  ExitReason reason_;
  Gate gate_;
  poolder::Subscription watch_;
};

class Children : public OnThreads {
 protected:
  FactoryPool factory{runtime, {.name = "factory"}};
};

INSTANTIATE_TEST_SUITE_P(Threads, Children, thread_counts, name_of_count);

// D-28 of Poolder: a group could not be listed once another had a member.
TEST_P(Children, StandInTheirGroupsInTheOrderTheyWereStarted) {
  const auto a = factory.start_child<Counter>("x");
  const auto b = factory.start_child<Refusing>("y", false);
  const auto c = factory.start_child<Counter>("x", 5);

  EXPECT_EQ(factory.list("x"), (std::vector<Pid>{a.pid(), c.pid()}));
  EXPECT_EQ(factory.list("z"), std::vector<Pid>{});
  EXPECT_EQ(factory.count("x"), 2u);
  EXPECT_EQ(factory.count("z"), 0u);
  EXPECT_EQ(factory.count_all(), 3u);
  EXPECT_EQ(factory.groups(), (std::vector<std::string>{"x", "y"}));
  const std::vector<std::pair<Pid, std::string>> all{
      {a.pid(), "x"}, {c.pid(), "x"}, {b.pid(), "y"}};
  EXPECT_EQ(factory.list_all(), all);
  EXPECT_EQ(factory.call(c, Sum{}), 5);
  EXPECT_EQ(factory.call(a, Self{}), a.pid());
}

// D-31 of Poolder: nobody heard of a start that failed.
TEST_P(Children, WhoseConstructorThrowsLeaveNothing) {
  EXPECT_THROW(factory.start_child<Refusing>("x", true), std::runtime_error);

  EXPECT_EQ(factory.count_all(), 0u);
  EXPECT_EQ(factory.groups().size(), 0u);
}

TEST_P(Children, AreGuardedByTheirGroup) {
  const auto child = factory.start_child<Counter>("x");
  factory.start_child<Counter>("y");

  factory.cast("x", child, Add{2});

  EXPECT_EQ(factory.call("x", child, Sum{}), 2);
  EXPECT_EQ(error_of([&] { factory.cast("y", child, Add{1}); }), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { factory.call("y", child, Sum{}); }), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { factory.call("z", child, Sum{}); }), ErrorCode::not_found);
  factory.terminate(child.pid());
  EXPECT_EQ(error_of([&] { factory.call("x", child, Sum{}); }), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { factory.call(child, Sum{}); }), ErrorCode::worker_down);
}

// D-29 of Poolder: who had ended stayed counted, unless it had registered itself.
TEST_P(Children, EndOnce) {
  const auto child = factory.start_child<Counter>("x");
  End end{runtime, child.pid(), [&] { EXPECT_EQ(factory.count("x"), 0u); }};

  EXPECT_TRUE(factory.terminate(child.pid()));

  EXPECT_FALSE(child.alive());
  EXPECT_FALSE(factory.terminate(child.pid()));
  EXPECT_FALSE(factory.terminate(Pid{}));
  EXPECT_EQ(factory.count_all(), 0u);
  EXPECT_EQ(factory.groups().size(), 0u);
  EXPECT_EQ(error_of([&] { factory.cast(child, Add{1}); }), ErrorCode::worker_down);
  EXPECT_EQ(end.wait().kind, ExitReason::Kind::shutdown);
}

TEST_P(Children, ThatExitLeaveTheirGroupForGood) {
  const auto child = factory.start_child<Counter>("x");
  End end{runtime, child.pid(), [&] { EXPECT_EQ(factory.count("x"), 0u); }};

  factory.cast(child, Leave{});

  const ExitReason reason = end.wait();
  EXPECT_EQ(reason.kind, ExitReason::Kind::normal);
  EXPECT_EQ(reason.what, "had enough");
  EXPECT_EQ(factory.count_all(), 0u);
  EXPECT_EQ(error_of([&] { factory.call(child, Sum{}); }), ErrorCode::worker_down);
}

TEST_P(Children, ThatExitGiveUpWhatWasQueued) {
  const auto child = factory.start_child<Counter>("x");
  Tally begun;
  Gate gate;
  factory.cast(child, Hold{&begun, &gate});
  factory.cast(child, Leave{});
  factory.cast(child, Add{1});
  factory.cast(child, Add{1});
  End end{runtime, child.pid()};

  gate.open();

  end.wait();
  factory.stop();
  EXPECT_EQ(factory.dropped(), 2u);
}

TEST_P(Children, ThatCrashHaveASuccessorWithAnotherPidAndTheirQueue) {
  const auto child = factory.start_child<Counter>("x", 10);
  Tally begun;
  Gate gate;
  factory.cast(child, Hold{&begun, &gate});
  factory.cast(child, Crash{});
  factory.cast(child, Add{3});
  End end{runtime, child.pid(), [&] { EXPECT_EQ(factory.count("x"), 1u); }};

  gate.open();

  EXPECT_EQ(end.wait().kind, ExitReason::Kind::failed);
  EXPECT_FALSE(child.alive());
  EXPECT_EQ(error_of([&] { factory.call(child, Sum{}); }), ErrorCode::worker_down);
  EXPECT_FALSE(factory.terminate(child.pid()));
  const Pid successor = factory.list("x").at(0);
  EXPECT_NE(successor, child.pid());
  EXPECT_TRUE(factory.terminate(successor));
  EXPECT_EQ(factory.count("x"), 0u);
}

TEST_P(Children, ThatCrashTooOftenEndTheFactory) {
  FactoryPool frail{runtime, {.restart = {.max_restarts = 2}}};
  std::vector<std::unique_ptr<End>> ends;
  for (int i = 0; i < 3; ++i) {
    const auto child = frail.start_child<Counter>("x");
    ends.push_back(std::make_unique<End>(runtime, child.pid()));
    frail.cast(child, Crash{});
  }
  for (const auto& each : ends) EXPECT_EQ(each->wait().kind, ExitReason::Kind::failed);

  frail.stop();

  EXPECT_EQ(error_of([&] { frail.start_child<Counter>("x"); }), ErrorCode::stopped);
  EXPECT_EQ(frail.count_all(), 0u);
}

TEST_P(Children, OfAGroupEndTogether) {
  for (int i = 0; i < 1'000; ++i) factory.start_child<Counter>(i % 2 == 0 ? "even" : "odd");

  EXPECT_EQ(factory.terminate_group("even"), 500u);

  EXPECT_EQ(factory.count("even"), 0u);
  EXPECT_EQ(factory.count_all(), 500u);
  EXPECT_EQ(factory.terminate_group("even"), 0u);
  EXPECT_EQ(factory.groups(), std::vector<std::string>{"odd"});
}

// D-27 of Poolder: all factories shared their tables, and counted each other's workers. D-29: those
// of the second were watched by nobody.
TEST_P(Children, OfOneFactoryAreUnknownToAnother) {
  FactoryPool other{runtime, {.name = "other"}};
  const auto child = factory.start_child<Counter>("x");
  other.start_child<Counter>("x");

  EXPECT_EQ(other.count("x"), 1u);
  EXPECT_EQ(error_of([&] { other.cast(child, Add{1}); }), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { other.call("x", child, Sum{}); }), ErrorCode::not_found);
  EXPECT_FALSE(other.terminate(child.pid()));
  EXPECT_EQ(other.terminate_group("x"), 1u);
  EXPECT_TRUE(child.alive());
}

// D-27: a group ended with whoever had used it first.
TEST_P(Children, OutliveWhoStartedTheirGroup) {
  Gate founded;
  const auto founder = factory.start_child<Counter>("x");
  End end{runtime, founder.pid()};
  factory.cast(founder, Found{&factory, &founded});
  EXPECT_TRUE(founded.wait());
  EXPECT_EQ(end.wait().kind, ExitReason::Kind::failed);

  EXPECT_EQ(factory.terminate_group("x"), 1u);

  EXPECT_EQ(factory.count("founded"), 1u);
  EXPECT_EQ(factory.broadcast("founded", Add{1}), 1u);
}

// D-27: two first uses of a group at the same time crashed.
TEST_P(Children, StartTheirGroupTogether) {
  constexpr std::size_t starters = 8;
  for (int time = 0; time < 50; ++time) {
    on_threads(starters, [&](std::size_t) { factory.start_child<Counter>("x"); });

    EXPECT_EQ(factory.count("x"), starters);
    EXPECT_EQ(factory.terminate_group("x"), starters);
  }
}

TEST_P(Children, AreNotWaitedForByWhoEndsThem) {
  const auto child = factory.start_child<Counter>("x");
  Tally begun;
  Gate gate;
  factory.cast(child, Hold{&begun, &gate});
  ASSERT_TRUE(begun.reaches(1));

  EXPECT_TRUE(factory.terminate(child.pid()));

  EXPECT_EQ(factory.count("x"), 0u);
  gate.open();
  factory.stop();  // the handler refers to the gate
}

TEST_P(Children, CannotCallThemselves) {
  struct Narcissus {
    explicit Narcissus(FactoryPool* its_factory) : factory(its_factory) {}
    bool handle_call(const WorkerRef<Narcissus>& self) {
      return error_of([&] { factory->call(self, Sum{}); }) == ErrorCode::would_deadlock;
    }
    int handle_call(Sum) { return 1; }
    FactoryPool* factory;
  };
  const auto child = factory.start_child<Narcissus>("x", &factory);

  EXPECT_TRUE(factory.call(child, child));
}

TEST_P(Children, AreNamedByReferencesThatOutliveEverything) {
  WorkerRef<Counter> child;
  EXPECT_FALSE(child.alive());
  EXPECT_EQ(error_of([&] { factory.call(child, Sum{}); }), ErrorCode::worker_down);
  {
    poolder::Runtime short_lived{{.threads = 1}};
    FactoryPool gone{short_lived};
    child = gone.start_child<Counter>("x");
    EXPECT_TRUE(child.alive());
  }
  EXPECT_FALSE(child.alive());
  EXPECT_EQ(error_of([&] { factory.call(child, Sum{}); }), ErrorCode::not_found);
}

TEST_P(Children, AreCalledWithoutARoute) {
  const auto child = factory.start_child<Counter>("x");

  EXPECT_EQ(error_of([&] { factory.call(child, Sum{}, {.route = poolder::Route::index(0)}); }),
            ErrorCode::invalid_argument);
}

}  // namespace
