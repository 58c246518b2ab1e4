// What a supervisor promises besides OTP's decisions: its start, its children, its times.

#include <memory>
#include <optional>

#include "supervise/actor.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

using Log = std::vector<std::string>;

ChildSpec actor(Script& script, std::string id, ChildOptions options = {}) {
  return child<Actor>(options, &script, std::move(id));
}

/// In the runtime's time.
void sleep(Runtime& runtime, Duration span) {
  detail::WaitPoint nothing;
  nothing.wait_until(*runtime.core(), detail::after(runtime.core()->now(), span));
}

TEST(Supervisor, StartsInOrderAndStopsInReverse) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    Supervisor app{
        runtime, {.name = "app"}, actor(script, "a"), actor(script, "b"), actor(script, "c")};

    EXPECT_TRUE(app.running());
    EXPECT_EQ(app.count(), 3u);
    EXPECT_EQ(script.log, (Log{"start a", "start b", "start c"}));
    script.log.clear();
    app.stop();
    app.stop();

    EXPECT_EQ(script.log, (Log{"stop c", "stop b", "stop a"}));
    EXPECT_FALSE(app.running());
    EXPECT_EQ(app.count(), 0u);
    EXPECT_FALSE(runtime.find<Supervisor>("app"));
  });
}

TEST(Supervisor, WhoseChildCannotStartStopsTheOthersAndThrowsWhatItThrew) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    script.starts_well = [](const std::string& id, int) { return id != "c"; };
    SimulatedRuntime runtime{seed};

    EXPECT_THROW((Supervisor{runtime,
                             {.name = "app"},
                             actor(script, "a"),
                             actor(script, "b"),
                             actor(script, "c"),
                             actor(script, "d")}),
                 Planned);

    EXPECT_EQ(script.log, (Log{"start a", "start b", "cannot start c", "stop b", "stop a"}));
    Supervisor again{runtime, {.name = "app"}};
  });
}

TEST(Supervisor, RefusesOptionsThatBreakARule) {
  Script script;
  SimulatedRuntime runtime{1};

  EXPECT_EQ(words_of([&] {
              Supervisor{runtime, {.max_restarts = -1}};
            }),
            "poolder: invalid_argument: SupervisorOptions.max_restarts must not be negative; it is "
            "-1");
  EXPECT_EQ(error_of([&] { Supervisor{runtime, {.period = 0s}}; }), ErrorCode::invalid_argument);
  EXPECT_EQ(error_of([&] { actor(script, "a", {.shutdown = -1s}); }), ErrorCode::invalid_argument);
}

TEST(Supervisor, NamesAreUnique) {
  Script script;
  SimulatedRuntime runtime{1};
  Supervisor app{runtime, {.name = "app"}, actor(script, "a")};

  EXPECT_EQ(error_of([&] { Supervisor{runtime, {.name = "app"}}; }), ErrorCode::already_exists);
  EXPECT_EQ(error_of([&] { app.start_child(actor(script, "a")); }), ErrorCode::already_exists);
  EXPECT_EQ(error_of([&] {
              Supervisor{runtime, {}, actor(script, "a"), actor(script, "a")};
            }),
            ErrorCode::already_exists);
  app.start_child(actor(script, "a", {.name = "another"}));
  EXPECT_EQ(app.count(), 2u);
}

TEST(Supervisor, FindsAChildByTypeAndName) {
  Script script;
  SimulatedRuntime runtime{1};
  Supervisor app{runtime,
                 {},
                 actor(script, "a"),
                 actor(script, "b"),
                 child<Supervisor>(SupervisorOptions{.name = "inner"})};

  EXPECT_EQ(app.get<Actor>("b").name(), "b");
  EXPECT_EQ(&app.get<Supervisor>(), &app.get<Supervisor>("inner"));
  EXPECT_EQ(error_of([&] { app.get<Actor>(); }), ErrorCode::invalid_argument);
  EXPECT_EQ(error_of([&] { app.get<Actor>("c"); }), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { app.get<Actor>("inner"); }), ErrorCode::not_found);
  EXPECT_EQ(words_of([&] { app.get<Script>(); }),
            "poolder: not_found: this supervisor has no poolder_tests::Script");
}

TEST(Supervisor, ChildrenComeAndGoWhileItRuns) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    script.starts_well = [](const std::string& id, int) { return id != "bad"; };
    SimulatedRuntime runtime{seed};
    Supervisor app{runtime, {}, actor(script, "a")};

    app.start_child(actor(script, "b"));
    EXPECT_THROW(app.start_child(actor(script, "bad")), Planned);
    EXPECT_EQ(app.count(), 2u);
    const Actor& a = app.get<Actor>("a");
    app.terminate_child("a");
    EXPECT_EQ(app.count(), 1u);
    EXPECT_EQ(error_of([&] { app.terminate_child("a"); }), ErrorCode::not_found);
    EXPECT_EQ(error_of([&] { app.get<Actor>("a"); }), ErrorCode::not_found);
    EXPECT_EQ(a.name(), "a");  // as long as the supervisor lives
    app.start_child(actor(script, "a"));
    app.stop();

    EXPECT_EQ(script.log, (Log{"start a", "start b", "cannot start bad", "stop a", "start a",
                               "stop a", "stop b"}));
    EXPECT_EQ(error_of([&] { app.start_child(actor(script, "c")); }), ErrorCode::stopped);
    EXPECT_EQ(error_of([&] { app.terminate_child("b"); }), ErrorCode::stopped);
  });
}

TEST(Supervisor, AChildWithoutANameIsNotFoundByAnEmptyOne) {
  Script script;
  SimulatedRuntime runtime{1};
  Supervisor app{runtime, {}, actor(script, ""), actor(script, "b")};

  EXPECT_EQ(error_of([&] { app.get<Actor>(""); }), ErrorCode::not_found);
  EXPECT_EQ(error_of([&] { app.terminate_child(""); }), ErrorCode::not_found);
  EXPECT_EQ(app.count(), 2u);
}

struct Job {};
struct Worker {
  void handle_job(Job) {}
};

TEST(Supervisor, ANameOfTwoChildrenIsAmbiguous) {
  Script script;
  SimulatedRuntime runtime{1};
  Supervisor app{runtime,
                 {},
                 actor(script, "same"),
                 child<Pool<Worker>>(PoolOptions{.name = "same", .size = 1})};

  EXPECT_EQ(error_of([&] { app.terminate_child("same"); }), ErrorCode::invalid_argument);
  EXPECT_EQ(app.get<Pool<Worker>>("same").name(), "same");
  EXPECT_EQ(app.count(), 2u);
}

TEST(Supervisor, ATemporaryChildIsForgottenAndATransientOneStaysKnown) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    Supervisor app{runtime,
                   {},
                   actor(script, "temporary", {.restart = Restart::temporary}),
                   actor(script, "transient", {.restart = Restart::transient})};

    script.fail("temporary");
    script.fail("transient", ExitReason::Kind::normal);
    runtime.run_until_idle();

    EXPECT_EQ(script.log,
              (Log{"start temporary", "start transient", "stop temporary", "stop transient"}));
    EXPECT_EQ(app.count(), 0u);
    EXPECT_TRUE(app.running());
    EXPECT_EQ(error_of([&] { app.get<Actor>("temporary"); }), ErrorCode::not_found);
    EXPECT_EQ(app.get<Actor>("transient").name(), "transient");
  });
}

TEST(Supervisor, WaitsForEachStopUpToItsShutdownTime) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    detail::Random random{seed};
    std::map<std::string, Duration> takes;
    std::vector<ChildSpec> children;
    Duration expected{0};
    for (const std::string id : {"a", "b", "c"}) {
      takes[id] = std::chrono::milliseconds{random.below(20)};
      const Duration limit = std::chrono::milliseconds{random.below(20)};
      children.push_back(actor(script, id, {.shutdown = limit}));
      expected += std::min(takes[id], limit);
    }
    script.on_stop = [&](const std::string& id) { sleep(runtime, takes[id]); };
    Supervisor app{runtime, {}, children};
    const auto began = runtime.now();

    app.stop();

    EXPECT_EQ(elapsed(runtime, began), expected);
    EXPECT_EQ(script.log, (Log{"start a", "start b", "start c", "stop c", "stop b", "stop a"}));
    runtime.advance(1s);
  });
}

TEST(Supervisor, AStartThatDoesNotReturnIsLeftBehindByAStop) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    script.on_start = [&](const std::string& id) {
      if (id == "slow" && script.starts[id] == 2) sleep(runtime, 1h);
    };
    std::optional<Supervisor> app;
    app.emplace(runtime, SupervisorOptions{}, actor(script, "a"),
                actor(script, "slow", {.shutdown = 10ms}));
    script.fail("slow");
    runtime.run_until_idle();
    const auto began = runtime.now();

    seed % 2 == 0 ? app->stop() : app.reset();

    EXPECT_EQ(elapsed(runtime, began), 10ms);
    EXPECT_EQ(script.log.back(), "stop a");
    runtime.advance(2h);
    EXPECT_EQ(script.log.back(), "stop slow");  // it has started after all
  });
}

TEST(Supervisor, ASupervisorUnderItHasTheTimeThatItsChildrenHave) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    script.on_stop = [&](const std::string&) { sleep(runtime, 20s); };
    Supervisor app{runtime,
                   {},
                   child<Supervisor>(SupervisorOptions{}, actor(script, "a", {.shutdown = 30s}),
                                     actor(script, "b", {.shutdown = 10s}))};
    const auto began = runtime.now();

    app.stop();

    EXPECT_EQ(elapsed(runtime, began), 30s);
  });
}

TEST(Supervisor, ASupervisorUnderItThatIsGivenATimeIsHurried) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    script.on_stop = [&](const std::string&) { sleep(runtime, 1h); };
    Supervisor app{runtime,
                   {},
                   child<Supervisor>(ChildOptions{.shutdown = 5s}, SupervisorOptions{.name = "in"},
                                     actor(script, "a", {.shutdown = infinity}),
                                     actor(script, "b", {.shutdown = infinity}))};
    const auto began = runtime.now();

    app.stop();

    EXPECT_EQ(elapsed(runtime, began), 5s);
    EXPECT_EQ(script.log, (Log{"start a", "start b", "stop b", "stop a"}));
    EXPECT_FALSE(runtime.find<Supervisor>("in"));
    runtime.advance(3h);
  });
}

TEST(Supervisor, WhatIsAddedIsForgottenWhenItIsItselfRestarted) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    Supervisor app{
        runtime,
        {},
        child<Supervisor>(SupervisorOptions{.name = "in", .max_restarts = 0}, actor(script, "a"))};
    Supervisor& inner = app.get<Supervisor>();
    inner.start_child(actor(script, "added"));
    const Actor& added = inner.get<Actor>("added");
    script.log.clear();

    script.fail("a");
    runtime.run_until_idle();

    EXPECT_EQ(script.log, (Log{"stop added", "stop a", "start a"}));
    EXPECT_TRUE(inner.running());
    EXPECT_EQ(inner.count(), 1u);
    EXPECT_EQ(error_of([&] { inner.get<Actor>("added"); }), ErrorCode::not_found);
    EXPECT_EQ(added.name(), "added");
    EXPECT_EQ(runtime.find<Supervisor>("in")->count(), 1u);
  });
}

TEST(Supervisor, TellsItsOwnWhyItGaveUp) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    Supervisor app{runtime, {.max_restarts = 0, .period = 2s}, actor(script, "a")};
    std::vector<ExitReason> told;
    app.core()->on_ended([&](const ExitReason& reason) { told.push_back(reason); });

    script.fail("a");
    runtime.run_until_idle();

    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].kind, ExitReason::Kind::failed);
    EXPECT_EQ(told[0].what, "more than 0 restarts in 2000 ms, the last of \"a\": planned");
  });
}

TEST(Supervisor, ARefOutlivesIt) {
  Script script;
  SimulatedRuntime runtime{1};
  std::optional<Supervisor> app;
  app.emplace(runtime, SupervisorOptions{.name = "app"}, actor(script, "a"));
  const Ref<Supervisor> held = runtime.find<Supervisor>("app");
  EXPECT_EQ(held->get<Actor>().name(), "a");

  app.reset();

  EXPECT_FALSE(held->running());
  EXPECT_EQ(held->count(), 0u);
  EXPECT_EQ(error_of([&] { held->start_child(actor(script, "b")); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { held->get<Actor>(); }), ErrorCode::not_found);
  held->stop();
}

}  // namespace
