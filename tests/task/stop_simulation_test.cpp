// The end of a tasker, its idle times, and a start afresh.

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <poolder/task/tasker.hpp>

#include "support/simulated_sleep.hpp"
#include "support/simulation.hpp"
#include "task/tasker_core.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;
using poolder::detail::Random;

namespace {

TEST(TaskerStop, AccountsForAllThatItTook) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Random random{seed};
    const std::size_t capacity = random.below(2) == 0 ? unlimited : 50;
    std::uint64_t ran = 0, refused = 0, told = 0, cancelled = 0;
    std::vector<Future<void>> futures;
    auto tasker = std::make_unique<Tasker>(
        runtime, TaskerOptions{.limit = 1 + random.below(4), .queue = {.capacity = capacity}});
    const int stop_after = static_cast<int>(random.below(40));
    for (int i = 0; i < 40; ++i) {
      if (i == stop_after) tasker->stop();
      const auto task = [&] {
        sleep_in(runtime, Duration{random.below(1'000'000)});
        ++ran;
      };
      const auto code = error_of([&] {
        switch (random.below(3)) {
          case 0:
            return tasker->execute(task);
          case 1:
            return futures.push_back(tasker->submit(task));
          default:
            tasker->callback(task, [&](Result<void>) { ++told; });
        }
      });
      EXPECT_EQ(code, i < stop_after ? std::nullopt : std::optional{ErrorCode::stopped});
      if (code) ++refused;
      if (!futures.empty() && random.below(5) == 0 && futures.back().cancel()) ++cancelled;
      if (random.below(3) == 0) runtime.advance(Duration{random.below(500'000)});
    }
    const TaskerStats stats = tasker->stats();
    tasker.reset();

    EXPECT_EQ(stats.processed, ran);
    EXPECT_EQ(ran + stats.dropped + cancelled + refused, 40u);
    for (Future<void>& each : futures) EXPECT_TRUE(each.ready());
    EXPECT_LE(told, 40u - refused);
  });
}

TEST(TaskerStop, EveryCallbackComesBeforeItReturns) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    int well = 0, stopped = 0;
    Tasker tasker{runtime, {.limit = 2}};
    for (int i = 0; i < 10; ++i)
      tasker.callback([&] { sleep_in(runtime, 1ms); },
                      [&](Result<void> result) {
                        sleep_in(runtime, 2ms);
                        ++(result.has_value() ? well : stopped);
                      });
    runtime.advance(1500us);

    tasker.stop();

    EXPECT_EQ(well + stopped, 10);
    EXPECT_EQ(well, 4);  // two have ended, two ran
    EXPECT_EQ(tasker.stats().dropped, 6u);
  });
}

TEST(TaskerStop, WaitsForWhatRunsButNotForEver) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, {.limit = 2, .shutdown = 20ms}};
    auto in_time = tasker.submit([&] { return sleep_in(runtime, 10ms), 1; });
    auto too_late = tasker.submit([&] { return sleep_in(runtime, 1h), 2; });
    auto queued = tasker.submit([] { return 3; });
    runtime.run_until_idle();
    const auto began = runtime.now();

    tasker.stop();

    EXPECT_EQ(elapsed(runtime, began), 20ms);
    EXPECT_EQ(in_time.get(), 1);
    EXPECT_EQ(error_of([&] { too_late.get(); }), ErrorCode::stopped);
    EXPECT_EQ(error_of([&] { queued.get(); }), ErrorCode::stopped);
    EXPECT_EQ(elapsed(runtime, began), 20ms);
    runtime.advance(2h);  // the late one's end changes nothing
    EXPECT_EQ(tasker.stats().running, 0u);
  });
}

/// Takes an hour to be destroyed.
struct Slow {
  explicit Slow(Runtime& its_runtime) : runtime(&its_runtime) {}
  Slow(Slow&& other) noexcept : runtime(std::exchange(other.runtime, nullptr)) {}
  ~Slow() {
    try {
      if (runtime) sleep_in(*runtime, 1h);
    } catch (const Error&) {
      // The runtime has ended.
    }
  }
  Runtime* runtime;
};

TEST(TaskerStop, WaitsForTheDestructorsOfWhatItGivesUpButNotForEver) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, {.limit = 1, .shutdown = 5s}};
    tasker.execute([&] { sleep_in(runtime, 1ms); });
    runtime.run_until_idle();
    tasker.execute([slow = Slow{runtime}] { (void)slow; });
    const auto began = runtime.now();

    tasker.stop();

    EXPECT_EQ(elapsed(runtime, began), 10s);  // the shutdown time, and as long again
    runtime.advance(2h);
    tasker.stop();
  });
}

TEST(TaskerStop, NamesTheTypeOfATaskThatItGivesUp) {
  struct NamedTask {
    void operator()() {}
  };
  SimulatedRuntime runtime{1};
  Tasker tasker{runtime, {.limit = 1}};
  tasker.execute([&] { sleep_in(runtime, 1ms); });
  runtime.run_until_idle();
  tasker.execute(NamedTask{});

  testing::internal::CaptureStderr();
  tasker.stop();

  EXPECT_NE(testing::internal::GetCapturedStderr().find("NamedTask"), std::string::npos);
}

TEST(TaskerStop, InsideATaskDoesNotWaitForThatTask) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, {.limit = 3}};
    int ended = 0;
    auto other = tasker.submit([&] { sleep_in(runtime, 5ms), ++ended; });
    auto stopper = tasker.submit([&] {
      sleep_in(runtime, 1ms);
      tasker.stop();
      EXPECT_EQ(ended, 1);
      return error_of([&] { tasker.execute([] {}); });
    });
    runtime.run_until_idle();
    auto queued = tasker.submit([] {});

    EXPECT_EQ(stopper.get(), ErrorCode::stopped);
    tasker.stop();
    EXPECT_TRUE(other.ready());
    EXPECT_EQ(tasker.running(), 0u);
    (void)queued;
  });
}

TEST(TaskerStop, MayBeTheTasksOwnDoing) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    auto tasker = std::make_unique<Tasker>(runtime, TaskerOptions{.name = "own", .limit = 2});
    Tasker& named = *tasker;

    auto future = named.submit([&] {
      tasker.reset();
      return 4;
    });

    EXPECT_EQ(future.get(), 4);
    runtime.run_until_idle();
    const Tasker again{runtime, {.name = "own"}};  // its name is free
  });
}

TEST(TaskerStop, ReportsWhatItGaveUpWithoutLosingCountWhenStoppedFromManyPlaces) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker stoppers{runtime, {.limit = 4}};
    Tasker tasker{runtime, {.limit = 2}};
    std::uint64_t ran = 0;
    for (int i = 0; i < 20; ++i)
      tasker.execute([&] {
        sleep_in(runtime, 1ms);
        ++ran;
      });
    for (int i = 0; i < 4; ++i)
      stoppers.execute([&, i] {
        sleep_in(runtime, 3ms + i * 100us);
        tasker.stop();
        EXPECT_EQ(tasker.running(), 0u);
      });

    EXPECT_TRUE(stoppers.drain(1s));

    EXPECT_EQ(ran + tasker.stats().dropped, 20u);
  });
}

// D-15: with a name of its own it could not be addressed.
TEST(TaskerName, IsUniqueAndFindsIt) {
  SimulatedRuntime runtime{1};
  Ref<Tasker> ref;
  {
    Tasker tasker{runtime, {.name = "one", .limit = 2}};
    EXPECT_EQ(error_of([&] { Tasker{runtime, {.name = "one"}}; }), ErrorCode::already_exists);
    ref = runtime.find<Tasker>("one");
    ASSERT_TRUE(ref);
    EXPECT_EQ(ref->submit([] { return 1; }).get(), 1);
    EXPECT_EQ(ref->name(), "one");
    EXPECT_EQ(ref->limit(), 2u);
    EXPECT_FALSE(runtime.find<Tasker>("two"));
  }
  EXPECT_EQ(error_of([&] { ref->execute([] {}); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { ref->set_limit(3); }), ErrorCode::stopped);
  EXPECT_TRUE(ref->drain(1s));
  ref->stop();
  EXPECT_FALSE(runtime.find<Tasker>("one"));
}

// The queue that is given up may hold the last reference to whoever owns the tasker.
TEST(TaskerStop, BearsATaskThatOwnsItsOwner) {
  struct App {
    App(Runtime& runtime, bool& its_gone)
        : gone(its_gone),
          tasker(std::in_place, runtime,
                 TaskerOptions{.name = "app", .limit = 1, .shutdown = infinity}) {}
    ~App() {
      EXPECT_EQ(error_of([&] { tasker->stop(); }), std::nullopt);
      gone = true;
    }
    bool& gone;
    std::optional<Tasker> tasker;
  };
  for_each_seed([](std::uint64_t seed) {
    bool gone = false, ran = false;
    SimulatedRuntime runtime{seed};
    auto app = std::make_shared<App>(runtime, gone);
    app->tasker->execute([&] {
      sleep_in(runtime, 1s);
      ran = true;
      EXPECT_FALSE(gone) << "it is in use";
    });
    app->tasker->execute([app] {});
    const auto ref = runtime.find<Tasker>("app");
    app.reset();
    runtime.run_until_idle();

    ref->stop();

    EXPECT_TRUE(ran);
    EXPECT_TRUE(gone);
  });
}

// D-18 of Poolder: it crashed here, and lost its queue.
TEST(TaskerHibernation, GivesMemoryBackAndWorksOn) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    const auto core = detail::TaskerCore::start(runtime.core(), "Tasker",
                                                {.limit = 20, .hibernate_after = 100ms});
    Tasker tasker{detail::Attach{}, core};
    const auto rush = [&] {
      for (int i = 0; i < 20; ++i) tasker.execute([&] { sleep_in(runtime, 1ms); });
      EXPECT_TRUE(tasker.drain(1s));
    };

    rush();
    EXPECT_GE(core->spare_runners(), 19u);  // one may be on its way
    runtime.advance(60ms);
    rush();
    runtime.advance(99ms);
    EXPECT_GE(core->spare_runners(), 19u);  // its idle time began anew
    runtime.advance(2ms);
    EXPECT_EQ(core->spare_runners(), 0u);

    rush();
    EXPECT_EQ(tasker.stats().processed, 60u);
    tasker.stop();
  });
}

TEST(TaskerRestart, IsAStartAfreshInPlace) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    const auto core = detail::TaskerCore::start(runtime.core(), detail::type_name<Tasker>(),
                                                {.name = "mine", .limit = 2, .shutdown = 5ms});
    Tasker tasker{detail::Attach{}, core};
    EXPECT_EQ(error_of([&] { core->restart(); }), ErrorCode::invalid_argument);
    int ended_late = 0, most = 0, now = 0, ran = 0;
    tasker.set_limit(7);
    tasker.execute([&] {
      sleep_in(runtime, 50ms);
      ++ended_late;
    });
    runtime.run_until_idle();
    auto queued = tasker.submit([] {});
    queued.cancel();
    tasker.stop();
    EXPECT_EQ(error_of([&] { tasker.execute([] {}); }), ErrorCode::stopped);

    core->restart();
    for (int i = 0; i < 30; ++i)
      tasker.execute([&] {
        most = std::max(most, ++now);
        sleep_in(runtime, 5ms);
        --now;
        ++ran;
      });
    EXPECT_TRUE(tasker.drain(1s));

    EXPECT_EQ(ran, 30);
    EXPECT_EQ(most, 2);  // as constructed; who was left to himself before does not count
    EXPECT_EQ(ended_late, 1);
    EXPECT_EQ(tasker.running(), 0u);
    EXPECT_TRUE(runtime.find<Tasker>("mine"));
    tasker.stop();
  });
}

}  // namespace
