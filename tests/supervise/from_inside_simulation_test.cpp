// What children ask of their own supervisor: from handlers, and from start() and stop() of classes
// of the user's. Nothing waits for itself.

#include <memory>
#include <optional>

#include "supervise/actor.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

using Log = std::vector<std::string>;

/// A worker that does what it is sent.
struct Hand {
  explicit Hand(int* its_ends = nullptr) : ends(its_ends) {}
  ~Hand() {
    if (ends) ++*ends;
  }
  void handle_job(const std::function<void()>& act) { act(); }
  void handle_job(const std::function<void(Context&)>& act, Context& context) { act(context); }

  int* ends;
};
using Hands = Pool<Hand>;
using Act = std::function<void()>;

ChildSpec hands(std::string_view name, int* ends = nullptr) {
  return child<Hands>(PoolOptions{.name = name, .size = 1, .shutdown = 1h}, ends);
}
ChildSpec actor(Script& script, std::string id, ChildOptions options = {}) {
  return child<Actor>(options, &script, std::move(id));
}

TEST(SupervisorFromInside, AHandlerStopsItsSupervisor) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    Supervisor app{runtime,
                   {},
                   actor(script, "a"),
                   child<Supervisor>(SupervisorOptions{.name = "in"}, hands("hands"))};
    Supervisor& inner = app.get<Supervisor>();
    const auto began = runtime.now();
    bool returned = false;

    inner.get<Hands>().cast(Act{[&] {
      (seed % 2 == 0 ? app : inner).stop();
      returned = true;
    }});
    runtime.run_until_idle();

    EXPECT_TRUE(returned);
    EXPECT_EQ(elapsed(runtime, began), 0s);
    EXPECT_EQ(app.running(), seed % 2 != 0);
    EXPECT_EQ(inner.running(), seed % 2 != 0);  // permanent: the other one is started again
    app.stop();
    EXPECT_EQ(elapsed(runtime, began), 0s);
  });
}

TEST(SupervisorFromInside, AHandlerDestroysItsSupervisor) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    int ends = 0;
    SimulatedRuntime runtime{seed};
    auto app = std::make_unique<Supervisor>(runtime, SupervisorOptions{.name = "app"},
                                            actor(script, "a"), hands("hands", &ends));
    bool returned = false;

    app->get<Hands>().cast(Act{[&] {
      app.reset();
      EXPECT_EQ(ends, 0);
      returned = true;
    }});
    runtime.run_until_idle();

    EXPECT_TRUE(returned);
    EXPECT_EQ(ends, 1);
    EXPECT_EQ(script.log, (Log{"start a", "stop a"}));
    EXPECT_FALSE(runtime.find<Supervisor>("app"));
    EXPECT_FALSE(runtime.find<Hands>("hands"));
  });
}

TEST(SupervisorFromInside, AHandlerEndsItsOwnChildAndOthers) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    Supervisor app{runtime, {}, actor(script, "a"), hands("hands")};
    const auto began = runtime.now();
    std::size_t left = 9;

    app.get<Hands>().cast(Act{[&] {
      app.start_child(actor(script, "b"));
      app.terminate_child("a");
      left = app.count();
      app.terminate_child("hands");
    }});
    runtime.run_until_idle();

    EXPECT_EQ(left, 2u);
    EXPECT_EQ(app.count(), 1u);
    EXPECT_EQ(elapsed(runtime, began), 0s);
    EXPECT_EQ(script.log, (Log{"start a", "start b", "stop a"}));
  });
}

// "hands" is stopped with its sibling, and waits for the handler that waits for the supervisor.
TEST(SupervisorFromInside, AHandlerOfAChildThatIsBeingStoppedIsToldSo) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    Supervisor app{
        runtime, {.strategy = Strategy::one_for_all}, actor(script, "a"), hands("hands")};
    const auto began = runtime.now();
    std::optional<ErrorCode> error;

    app.get<Hands>().cast(std::function<void(Context&)>{[&](Context& context) {
      if (seed % 2 == 0) context.sleep(1s);  // until it is asked to stop
      error = error_of(
          [&] { seed % 3 == 0 ? app.terminate_child("a") : app.start_child(actor(script, "b")); });
    }});
    if (seed % 2 == 0) runtime.run_until_idle();
    script.fail("a");
    runtime.run_until_idle();

    EXPECT_EQ(elapsed(runtime, began), 0s);
    EXPECT_TRUE(error == ErrorCode::would_deadlock || (!error && seed % 2 != 0));
    EXPECT_TRUE(app.running());
    app.get<Hands>().cast(Act{[] {}});
    EXPECT_TRUE(app.get<Hands>().drain(1s));
  });
}

TEST(SupervisorFromInside, AHandlerThatAskedBeforeItsChildIsStoppedIsToldSoToo) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    script.on_stop = [&](const std::string& id) {
      detail::WaitPoint nothing;
      if (id == "z")
        nothing.wait_until(*runtime.core(), detail::after(runtime.core()->now(), 10ms));
    };
    Supervisor app{runtime,
                   {.strategy = Strategy::one_for_all},
                   actor(script, "a"),
                   hands("hands"),
                   actor(script, "z")};
    const auto began = runtime.now();
    std::optional<ErrorCode> error;

    app.get<Hands>().cast(std::function<void(Context&)>{[&](Context& context) {
      context.sleep(5ms);
      error = error_of([&] { app.start_child(actor(script, "b")); });
    }});
    runtime.run_until_idle();
    script.fail("a");
    runtime.advance(10ms);

    EXPECT_EQ(error, ErrorCode::would_deadlock);
    EXPECT_EQ(elapsed(runtime, began), 10ms);
    app.get<Hands>().cast(Act{[] {}});
    EXPECT_EQ(script.starts["a"], 2);
  });
}

TEST(SupervisorFromInside, StartAndStopCallBack) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    std::optional<Supervisor> app;
    app.emplace(runtime, SupervisorOptions{}, actor(script, "a"), actor(script, "b"));
    std::optional<ErrorCode> error;
    const auto call_back = [&](const std::string& id) {
      if (id != "b") return;
      error = error_of([&] { app->start_child(actor(script, "c")); });
      switch (seed % 3) {
        case 0:
          return app->stop();
        case 1:
          return app->terminate_child("b");
        default:
          return app->terminate_child("a");
      }
    };
    (seed % 2 == 0 ? script.on_start : script.on_stop) = call_back;

    script.fail("b");
    runtime.run_until_idle();

    EXPECT_EQ(error, ErrorCode::would_deadlock);
    EXPECT_EQ(app->running(), seed % 3 != 0);
    EXPECT_EQ(app->count(), seed % 3 == 0 ? 0u : 1u);
    script.on_start = script.on_stop = nullptr;
    app->stop();
    EXPECT_EQ(std::count(script.log.begin(), script.log.end(), "start b"),
              std::count(script.log.begin(), script.log.end(), "stop b"));
  });
}

TEST(SupervisorFromInside, StartDestroysTheSupervisor) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    std::optional<Supervisor> app;
    app.emplace(runtime, SupervisorOptions{}, actor(script, "a"), actor(script, "b"));
    (seed % 2 == 0 ? script.on_start : script.on_stop) = [&](const std::string& id) {
      if (id == "a") app.reset();
    };

    script.fail("a");
    runtime.run_until_idle();

    EXPECT_FALSE(app);
    EXPECT_EQ(std::count(script.log.begin(), script.log.end(), "start a"),
              std::count(script.log.begin(), script.log.end(), "stop a"));
    EXPECT_EQ(std::count(script.log.begin(), script.log.end(), "stop b"), 1);
  });
}

TEST(SupervisorFromInside, AChildFailsInItsOwnStart) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    script.on_start = [&](const std::string& id) {
      if (id == "a" && script.starts[id] <= 3) {
        script.fail(id);
        script.fail(id);
      }
    };
    script.starts_well = [seed](const std::string&, int start) {
      return start != 2 || seed % 2 == 0;
    };
    SimulatedRuntime runtime{seed};
    Supervisor app{runtime, {.max_restarts = 3}, actor(script, "a")};
    runtime.run_until_idle();

    EXPECT_TRUE(app.running());
    EXPECT_EQ(script.starts["a"], 4);
    EXPECT_EQ(app.count(), 1u);
  });
}

TEST(SupervisorFromInside, StopThatThrowsIsAStop) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    script.on_stop = [](const std::string&) { throw Planned{}; };
    SimulatedRuntime runtime{seed};
    Supervisor app{runtime, {}, actor(script, "a"), actor(script, "b")};

    script.fail("a");
    runtime.run_until_idle();
    app.stop();

    EXPECT_EQ(script.log, (Log{"start a", "start b", "stop a", "start a", "stop b", "stop a"}));
  });
}

TEST(SupervisorFromInside, TheRuntimeEndsFirst) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    std::optional<SimulatedRuntime> runtime;
    runtime.emplace(seed);
    Supervisor app{
        *runtime, {.strategy = Strategy::one_for_all}, actor(script, "a"), hands("hands")};
    app.start_child(hands("added"));
    Hands& added = app.get<Hands>("added");
    if (seed % 2 == 0) script.fail("a");

    runtime.reset();

    EXPECT_FALSE(app.running());
    EXPECT_EQ(error_of([&] { added.cast(Act{[] {}}); }), ErrorCode::stopped);
    EXPECT_EQ(error_of([&] { app.start_child(actor(script, "b")); }), ErrorCode::stopped);
    EXPECT_EQ(std::count(script.log.begin(), script.log.end(), "start a"),
              std::count(script.log.begin(), script.log.end(), "stop a"));
    EXPECT_EQ(script.log.back(), "stop a");
    EXPECT_TRUE(script.starts["a"] == 1 || seed % 2 == 0);  // "added" ended, but not by itself
    script.fail("a");
  });
}

}  // namespace
