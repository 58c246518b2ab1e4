// Waits for room that lead back to who waits: each is refused where it closes the ring, and none
// that could end is.

#include <functional>
#include <memory>
#include <optional>
#include <utility>
#include <vector>

#include <poolder/task/tasker.hpp>

#include "support/simulated_sleep.hpp"
#include "support/simulation.hpp"
#include "task/tasker_core.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

TaskerOptions of_places(std::size_t limit) { return {.limit = limit, .queue = {.capacity = 1}}; }

/// Hands three tasks to another tasker, which has room for one.
struct Filler {
  explicit Filler(SimulatedRuntime& its_runtime) : runtime(its_runtime) {}
  void fill(Tasker& other) {
    for (int i = 0; i < 3; ++i) {
      const auto code = error_of([&] { other.execute([this] { ++ran; }); });
      EXPECT_TRUE(!code || code == ErrorCode::would_deadlock);
      ++(code ? refused : accepted);
    }
  }
  SimulatedRuntime& runtime;
  int accepted = 0, refused = 0, ran = 0;
};

TEST(TaskerRing, OfTwoTaskersFailsWhereItCloses) {
  int closed = 0;
  for_each_seed([&](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Filler filler{runtime};
    Tasker first{runtime, of_places(1)}, second{runtime, of_places(1)};

    first.execute([&] { filler.fill(second); });
    second.execute([&] { filler.fill(first); });
    EXPECT_TRUE(first.drain(1s));
    EXPECT_TRUE(second.drain(1s));
    EXPECT_TRUE(first.drain(1s));  // which the second may have filled meanwhile

    EXPECT_EQ(filler.ran, filler.accepted);
    EXPECT_EQ(filler.accepted + filler.refused, 6);
    closed += filler.refused;
  });
  EXPECT_GT(closed, 0);
}

// Two tasks of the first wait for the second, whose only one waits for the first: it is refused,
// unless the first has a place more.
TEST(TaskerRing, ClosesOnceAllPlacesWait) {
  for_each_seed([](std::uint64_t seed) {
    const std::size_t places = 2 + seed % 2;
    SimulatedRuntime runtime{seed};
    Tasker first{runtime, of_places(places)}, second{runtime, of_places(1)};
    std::optional<ErrorCode> told;
    int ran = 0;
    const auto count = [&] { ++ran; };

    auto back = second.submit([&] {
      sleep_in(runtime, 2ms);
      for (int i = 0; i < 3 && !told; ++i) told = error_of([&] { first.execute(count); });
    });
    second.execute(count);
    for (int i = 0; i < 2; ++i) {
      first.execute([&] {
        sleep_in(runtime, 1ms);
        second.execute(count);
      });
      runtime.run_until_idle();
    }
    if (places == 2) first.execute(count);  // fills its queue
    back.get();
    EXPECT_TRUE(first.drain(1s));
    EXPECT_TRUE(second.drain(1s));

    EXPECT_EQ(told, places == 2 ? std::optional{ErrorCode::would_deadlock} : std::nullopt);
  });
}

struct IntoTasker {
  using Item = int;
  explicit IntoTasker(std::function<void()> its_push) : push(std::move(its_push)) {}
  void handle_batch(Batch<int>&) { push(); }
  std::function<void()> push;
};

TEST(TaskerRing, OfATaskerAndABatcherFailsWhereItCloses) {
  int closed = 0;
  for_each_seed([&](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Tasker tasker{runtime, of_places(1)};
    int refused = 0;
    const auto refusable = [&](const std::function<void()>& push) {
      const auto code = error_of(push);
      EXPECT_TRUE(!code || code == ErrorCode::would_deadlock);
      if (code) ++refused;
    };
    const std::function<void()> into_tasker = [&] {
      for (int i = 0; i < 3; ++i) refusable([&] { tasker.execute([] {}); });
    };
    Batcher<IntoTasker> batcher{runtime, BatcherOptions{.limit = 1, .queue = {.capacity = 1}},
                                into_tasker};

    tasker.execute([&] {
      for (int i = 0; i < 4; ++i) refusable([&] { batcher.push(i); });
    });
    EXPECT_TRUE(tasker.drain(1s));
    EXPECT_TRUE(batcher.drain(1s));
    closed += refused;
  });
  EXPECT_GT(closed, 0);
}

// Room comes of age there, so nothing waits for ever.
TEST(TaskerRing, IsNoneWhereOneQueueHasAMaxWait) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Filler filler{runtime};
    TaskerOptions options = of_places(1);
    options.queue.max_wait = 1ms;
    Tasker first{runtime, options}, second{runtime, of_places(1)};

    first.execute([&] { filler.fill(second); });
    second.execute([&] { filler.fill(first); });
    EXPECT_TRUE(first.drain(1s));
    EXPECT_TRUE(second.drain(1s));

    EXPECT_EQ(filler.refused, 0);
  });
}

/// Hands in a task when it is destroyed.
struct PushesAtItsEnd {
  PushesAtItsEnd(Tasker& its_tasker, int& its_ran) : tasker(&its_tasker), ran(&its_ran) {}
  PushesAtItsEnd(PushesAtItsEnd&& other) noexcept
      : tasker(std::exchange(other.tasker, nullptr)), ran(other.ran) {}
  ~PushesAtItsEnd() {
    if (tasker) tasker->execute([count = ran] { ++*count; });
  }
  Tasker* tasker;
  int* ran;
};

TEST(TaskerRing, IsNoneWhereACancelledTasksDestructorPushes) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    int ran = 0;
    Tasker tasker{runtime, {.limit = 1, .queue = {.capacity = 2}}};
    Tasker others{runtime, {.limit = 2}};
    tasker.execute([&] { sleep_in(runtime, 1ms); });
    runtime.run_until_idle();

    auto cancelled = tasker.submit([at_end = PushesAtItsEnd{tasker, ran}] { (void)at_end; });
    tasker.execute([&] { ++ran; });
    for (int i = 0; i < 2; ++i) others.execute([&] { tasker.execute([&] { ++ran; }); });
    runtime.run_until_idle();  // both wait for room
    EXPECT_TRUE(cancelled.cancel());

    EXPECT_TRUE(tasker.drain(1s));
    EXPECT_EQ(ran, 4);
  });
}

/// A tasker that was stopped without its task, and started afresh.
struct Restarted {
  explicit Restarted(std::uint64_t seed) : runtime(seed) {}
  void leave_behind(const std::function<void()>& task) {
    tasker.execute([this, task] {
      sleep_in(runtime, 10ms);
      task();
    });
    runtime.run_until_idle();
    tasker.stop();
    core->restart();
  }
  SimulatedRuntime runtime;
  const std::shared_ptr<detail::TaskerCore> core = detail::TaskerCore::start(
      runtime.core(), "Tasker", {.limit = 1, .queue = {.capacity = 1}, .shutdown = 1ms});
  Tasker tasker{detail::Attach{}, core};
};

TEST(TaskerRestart, ATaskFromBeforeMayWaitForRoom) {
  for_each_seed([](std::uint64_t seed) {
    Restarted it{seed};
    int ran = 0;
    it.leave_behind(
        [&] { EXPECT_EQ(error_of([&] { it.tasker.execute([&] { ++ran; }); }), std::nullopt); });

    it.tasker.execute([&] { sleep_in(it.runtime, 50ms); });
    it.runtime.run_until_idle();
    it.tasker.execute([&] { ++ran; });
    it.runtime.advance(1s);

    EXPECT_EQ(ran, 2);
    it.tasker.stop();
  });
}

TEST(TaskerRestart, ATaskFromBeforeThatStopsItWaitsForThoseOfNow) {
  for_each_seed([](std::uint64_t seed) {
    Restarted it{seed};
    bool over = false, was_over = false;
    it.leave_behind([&] {
      it.tasker.stop();
      was_over = over;
    });

    it.tasker.execute([&] {
      sleep_in(it.runtime, 9500us);  // ends within the shutdown time
      over = true;
    });
    it.runtime.advance(1s);

    EXPECT_TRUE(was_over);
  });
}

}  // namespace
