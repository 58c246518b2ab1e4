// Objects of the user's that a supervisor gives up: what children were constructed from, and what
// their starts and stops threw. They may call the supervisor as they go.

#include <memory>
#include <optional>

#include "supervise/actor.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

/// Does something as it is destroyed.
struct Guard {
  explicit Guard(std::function<void()> its_act) : act(std::move(its_act)) {}
  Guard(const Guard&) = delete;
  Guard& operator=(const Guard&) = delete;
  ~Guard() { act(); }
  std::function<void()> act;
};

/// Takes a guard, and does not keep it.
struct Guarded {
  Guarded(Script* script, std::string id, const std::shared_ptr<Guard>&)
      : actor(script, std::move(id)) {}
  void start() { actor.start(); }
  void stop() { actor.stop(); }
  void on_failed(std::function<void(ExitReason)> say) { actor.on_failed(std::move(say)); }
  const std::string& name() const { return actor.name(); }
  Actor actor;
};

struct Stage {
  explicit Stage(std::uint64_t seed) : runtime(seed) {
    app.emplace(runtime, SupervisorOptions{.max_restarts = 100},
                child<Supervisor>(SupervisorOptions{.name = "in", .max_restarts = 0},
                                  child<Actor>(&script, std::string("a"))));
    inner = runtime.find<Supervisor>("in");
  }

  /// Of a child that knows its supervisor, and asks it for this and that when it is given up.
  ChildSpec guarded(std::string id, ChildOptions options = {}) {
    return child<Guarded>(
        options, &script, std::move(id), std::make_shared<Guard>([this] {
          inner->count();
          (void)error_of([&] { inner->get<Actor>(); });
          (void)error_of([&] { inner->start_child(child<Actor>(&script, std::string("late"))); });
          (void)error_of([&] { inner->terminate_child("nobody"); });
          ++given_up;
        }));
  }

  int given_up = 0;
  Script script;
  SimulatedRuntime runtime;
  std::optional<Supervisor> app;
  Ref<Supervisor> inner;
};

TEST(ChildArguments, MayAskTheSupervisorAsTheyAreGivenUp) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    stage.script.starts_well = [](const std::string& id, int) { return id != "bad"; };
    const bool bad = seed % 5 == 4;
    const std::string id = bad ? "bad" : "b";
    const Restart restart = seed % 5 == 0 ? Restart::temporary : Restart::permanent;
    try {
      stage.inner->start_child(stage.guarded(id, {.restart = restart}));
    } catch (const Planned&) {
      EXPECT_TRUE(bad);
    }
    EXPECT_EQ(stage.given_up, bad ? 1 : 0);

    switch (seed % 5) {
      case 0:
        stage.script.fail("b");
        break;
      case 1:
        stage.inner->terminate_child("b");
        EXPECT_EQ(stage.given_up, 1);
        break;
      case 2:
        stage.script.fail("a");  // the inner supervisor is itself restarted, without it
        break;
      case 3:
        stage.app.reset();
        EXPECT_EQ(stage.given_up, 1);
    }
    stage.runtime.run_until_idle();

    EXPECT_EQ(stage.given_up, 1);
  });
}

TEST(ChildArguments, LiveAsLongAsAChildThatWasHandedOut) {
  for_each_seed([](std::uint64_t seed) {
    Stage stage{seed};
    stage.inner->start_child(stage.guarded("b"));
    (void)stage.inner->get<Guarded>();

    stage.inner->terminate_child("b");
    stage.runtime.run_until_idle();

    EXPECT_EQ(stage.given_up, 0);
    stage.app.reset();
    EXPECT_EQ(stage.given_up, 1);
  });
}

/// An exception whose words take some asking.
struct Inquisitive : std::exception {
  Inquisitive(Supervisor* its_app, int* its_times) : app(its_app), times(its_times) {}
  const char* what() const noexcept override {
    app->count();
    (void)error_of([&] { app->terminate_child("nobody"); });
    ++*times;
    return "asked";
  }
  Supervisor* app;
  int* times;
};

TEST(ChildExceptions, MayAskTheSupervisorAsTheyAreReported) {
  for_each_seed([](std::uint64_t seed) {
    int times = 0;
    Script script;
    SimulatedRuntime runtime{seed};
    Supervisor app{runtime, {}, child<Actor>(&script, std::string("a"))};
    const auto say = [&](const std::string& id) {
      if (script.starts[id] < 3) throw Inquisitive{&app, &times};
    };
    (seed % 2 == 0 ? script.on_start : script.on_stop) = say;

    script.fail("a");
    runtime.run_until_idle();

    EXPECT_GE(times, 1);
    EXPECT_EQ(app.count(), 1u);
    EXPECT_TRUE(app.running());
    script.on_start = script.on_stop = nullptr;
  });
}

}  // namespace
