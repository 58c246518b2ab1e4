// Starts and stops that outlast their time, and what comes after them.

#include <memory>
#include <optional>

#include "supervise/actor.hpp"
#include "support/simulated_sleep.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

using Log = std::vector<std::string>;

ChildSpec actor(Script& script, std::string id, ChildOptions options = {}) {
  return child<Actor>(options, &script, std::move(id));
}

// What is left behind still runs: its object is not started under it.
TEST(StuckStop, OfAChildKeepsItFromBeingStarted) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    bool stopping = false;
    Duration takes = 25ms;
    script.on_stop = [&](const std::string&) {
      stopping = true;
      sleep_in(runtime, takes);
      stopping = false;
    };
    script.on_start = [&](const std::string&) { EXPECT_FALSE(stopping); };
    Supervisor app{
        runtime, {.max_restarts = 5, .period = 1h}, actor(script, "slow", {.shutdown = 10ms})};

    script.fail("slow");
    runtime.advance(100ms);
    EXPECT_EQ(script.log, (Log{"start slow", "stop slow", "start slow"}));
    EXPECT_TRUE(app.running());
    takes = 1h;
    script.fail("slow");  // a second failure, and a try each second
    runtime.advance(3500ms);
    EXPECT_TRUE(app.running());
    runtime.advance(1s);

    EXPECT_FALSE(app.running());
    EXPECT_EQ(script.starts["slow"], 2);
  });
}

TEST(StuckStop, ThatIsSoonOverCostsOneRestart) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    const Duration shutdown = std::chrono::milliseconds{seed % 50};
    script.on_stop = [&](const std::string&) { sleep_in(runtime, shutdown + 2ms); };
    Supervisor app{runtime, {.max_restarts = 1}, actor(script, "slow", {.shutdown = shutdown})};

    script.fail("slow");
    runtime.advance(500ms);

    EXPECT_TRUE(app.running());
    EXPECT_EQ(script.starts["slow"], 2);
  });
}

TEST(StuckStop, OfASupervisorThatIsRestartedCostsOneRestartToo) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    const Duration shutdown = std::chrono::milliseconds{seed % 50};
    script.on_stop = [&](const std::string&) { sleep_in(runtime, shutdown + 10ms); };
    Supervisor app{runtime,
                   {.max_restarts = 1},
                   child<Supervisor>(SupervisorOptions{.name = "in", .max_restarts = 0},
                                     actor(script, "slow", {.shutdown = shutdown}))};

    script.fail("slow");
    runtime.advance(500ms);

    EXPECT_TRUE(app.running());
    EXPECT_TRUE(app.get<Supervisor>().running());
    EXPECT_EQ(script.starts["slow"], 2);
  });
}

TEST(StuckStop, OfASupervisorThatIsRestartedIsNotWaitedForForEver) {
  for_each_seed([](std::uint64_t seed) {
    Script script;
    SimulatedRuntime runtime{seed};
    script.on_stop = [&](const std::string&) { sleep_in(runtime, 1h); };
    Supervisor app{runtime,
                   {.max_restarts = 2, .period = 1h},
                   child<Supervisor>(SupervisorOptions{.name = "in", .max_restarts = 0},
                                     actor(script, "slow", {.shutdown = 10ms}))};

    script.fail("slow");
    runtime.advance(1500ms);
    EXPECT_TRUE(app.running());
    runtime.advance(1s);

    EXPECT_FALSE(app.running());
    EXPECT_EQ(script.starts["slow"], 1);
    runtime.advance(2h);
  });
}

/// An engine whose functions take what time they like.
class SlowCore final : public detail::EngineCore {
 public:
  struct Times {
    Duration stop{0}, stop_now{0};
  };
  SlowCore(Runtime& runtime, Times times, Log* log) : runtime_(runtime), times_(times), log_(log) {}
  std::string_view kind() const noexcept override { return "Slow"; }
  std::string_view type() const noexcept override { return "Slow"; }
  std::string_view name() const noexcept override { return {}; }
  bool owns(Pid) const noexcept override { return false; }
  void stop() override {
    sleep_in(runtime_, times_.stop);
    log_->push_back("stopped");
  }
  void stop_now() override {
    log_->push_back("hurry");
    sleep_in(runtime_, times_.stop_now);
    log_->push_back("hurried");
  }
  void restart() override {
    log_->push_back("restart");
    forget_end();
  }
  void fail() { tell_ended({ExitReason::Kind::failed, "planned"}); }

 private:
  Runtime& runtime_;
  const Times times_;
  Log* log_;
};
struct Slow {
  Slow(Runtime& runtime, SlowCore::Times times, Log* log)
      : its_core(std::make_shared<SlowCore>(runtime, times, log)) {}
  std::shared_ptr<detail::EngineCore> core() const { return its_core; }
  std::shared_ptr<SlowCore> its_core;
};

TEST(HurriedEngine, IsLeftBehindASecondAfterItWasToldToEndNow) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    Script script;
    SimulatedRuntime runtime{seed};
    Supervisor app{runtime,
                   {},
                   actor(script, "a"),
                   child<Slow>(ChildOptions{.shutdown = 3s}, SlowCore::Times{.stop = 1h}, &log)};
    const auto began = runtime.now();

    app.stop();

    EXPECT_EQ(elapsed(runtime, began), 4s);
    EXPECT_EQ(script.log.back(), "stop a");
    runtime.advance(2h);
  });
}

// Else it would be the new one that is told.
TEST(HurriedEngine, IsNotStartedAgainBeforeItHasBeenTold) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    Script script;
    SimulatedRuntime runtime{seed};
    const Duration told = std::chrono::milliseconds{seed % 2 == 0 ? 5 : 11 + seed % 50};
    Supervisor app{runtime,
                   {},
                   actor(script, "a"),
                   child<Slow>(ChildOptions{.shutdown = 10ms},
                               SlowCore::Times{.stop = 20ms, .stop_now = told}, &log)};

    app.get<Slow>().its_core->fail();
    runtime.advance(9ms);
    EXPECT_EQ(log, Log{});
    runtime.advance(100ms);

    EXPECT_EQ(log, told < 10ms ? (Log{"hurry", "hurried", "stopped", "restart"})
                               : (Log{"hurry", "stopped", "hurried", "restart"}));
    EXPECT_EQ(app.count(), 2u);
  });
}

TEST(HurriedEngine, IsWaitedForByTheEndOfItsSupervisor) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    std::optional<Supervisor> app;
    app.emplace(runtime, SupervisorOptions{},
                child<Slow>(ChildOptions{.shutdown = 10ms},
                            SlowCore::Times{.stop = 20ms, .stop_now = 30ms}, &log));

    app.reset();

    EXPECT_EQ(log, (Log{"hurry", "stopped", "hurried"}));
  });
}

}  // namespace
