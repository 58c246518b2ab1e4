// Refusals, and the end of a tasker from everywhere that a program could ask for it, on real
// threads.

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/task/tasker.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/on_threads_fixture.hpp"

using namespace std::chrono_literals;
using poolder::ErrorCode;
using poolder::Future;
using poolder::Result;
using poolder::Tasker;
using poolder_tests::error_of;
using poolder_tests::Gate;
using poolder_tests::patience;
using poolder_tests::Tally;

namespace {

class TaskerEnd : public poolder_tests::OnThreads {};

INSTANTIATE_TEST_SUITE_P(Threads, TaskerEnd, poolder_tests::thread_counts,
                         poolder_tests::name_of_count);

void expect_refusals(Tasker& tasker) {
  EXPECT_EQ(error_of([&] { tasker.execute([] { ADD_FAILURE(); }); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { (void)tasker.submit([] { ADD_FAILURE(); }); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] {
              tasker.callback([] { ADD_FAILURE(); }, [](Result<void>) { ADD_FAILURE(); });
            }),
            ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { tasker.set_limit(3); }), ErrorCode::stopped);
}

TEST_P(TaskerEnd, RefusesAllWorkAfterIt) {
  Tasker tasker{runtime};
  tasker.stop();
  tasker.stop();

  expect_refusals(tasker);
  EXPECT_TRUE(tasker.drain(0ms));
  EXPECT_EQ(tasker.running(), 0u);
  EXPECT_EQ(tasker.queued(), 0u);
}

TEST_P(TaskerEnd, RefusesAllWorkAfterItWithABoundedQueueToo) {
  Tasker tasker{runtime, {.queue = {.capacity = 3}}};
  tasker.stop();

  expect_refusals(tasker);
}

TEST_P(TaskerEnd, OfTheRuntimeStopsIt) {
  auto own = std::make_unique<poolder::Runtime>(poolder::RuntimeOptions{.threads = GetParam()});
  Tasker tasker{*own, {.name = "one"}};
  Gate begun, go_on;
  auto running = tasker.submit([&] { return begun.open(), go_on.wait(); });
  ASSERT_TRUE(begun.wait());
  std::jthread opener([&] {
    while (!error_of([&] { tasker.execute([] {}); })) std::this_thread::yield();
    go_on.open();
  });

  own.reset();

  EXPECT_TRUE(running.get());
  expect_refusals(tasker);
  tasker.stop();
}

TEST_P(TaskerEnd, InsideATask) {
  Tasker tasker{runtime, {.limit = 2}};
  Gate begun, go_on;
  auto other = tasker.submit([&] { return begun.open(), go_on.wait(); });
  ASSERT_TRUE(begun.wait());

  auto stopper = tasker.submit([&] {
    go_on.open();
    tasker.stop();
    EXPECT_TRUE(other.ready());
  });

  stopper.get(patience);
  tasker.stop();
  expect_refusals(tasker);
}

TEST_P(TaskerEnd, ByEachOfItsTasksAtOnce) {
  Tasker tasker{runtime, {.limit = 8}};
  std::vector<Future<void>> futures;
  Tally begun;
  for (int i = 0; i < 8; ++i)
    futures.push_back(tasker.submit([&] {
      begun.add();
      EXPECT_TRUE(begun.reaches(8));  // blocked tasks hold up nobody
      tasker.stop();
    }));

  for (Future<void>& each : futures) each.get(patience);
  tasker.stop();
}

TEST_P(TaskerEnd, ByDestructionInsideATask) {
  auto tasker = std::make_unique<Tasker>(runtime, poolder::TaskerOptions{.name = "one"});
  Tasker& named = *tasker;
  Gate given;
  auto destroyer = named.submit([&] {
    ASSERT_TRUE(given.wait());
    tasker.reset();
  });
  given.open();

  destroyer.get(patience);

  EXPECT_EQ(tasker, nullptr);
}

TEST_P(TaskerEnd, ByDestructionInsideACallback) {
  auto tasker = std::make_unique<Tasker>(runtime);
  Gate given, gone;
  Tasker& named = *tasker;
  named.callback([] { return 1; },
                 [&](Result<int> result) {
                   EXPECT_TRUE(given.wait());
                   EXPECT_EQ(result.value(), 1);
                   tasker.reset();
                   gone.open();
                 });
  given.open();

  EXPECT_TRUE(gone.wait());
}

TEST_P(TaskerEnd, LeavesARefThatSaysSo) {
  poolder::Ref<Tasker> ref;
  {
    Tasker tasker{runtime, {.name = "one"}};
    ref = runtime.find<Tasker>("one");
    ASSERT_TRUE(ref);
    EXPECT_EQ(ref->submit([] { return 1; }).get(patience), 1);
  }

  expect_refusals(*ref.operator->());
  EXPECT_EQ(ref->name(), "one");
  EXPECT_FALSE(runtime.find<Tasker>("one"));
}

TEST_P(TaskerEnd, TellsWhoIsQueuedAndWhoWaitsForRoom) {
  Tasker tasker{runtime, {.limit = 1, .queue = {.capacity = 1}}};
  Gate begun, go_on;
  tasker.execute([&] {
    begun.open();
    EXPECT_TRUE(go_on.wait());
  });
  ASSERT_TRUE(begun.wait());
  auto queued = tasker.submit([] { return 1; });
  std::optional<ErrorCode> waiter;
  {
    std::jthread waiting([&] { waiter = error_of([&] { tasker.execute([] {}); }); });
    std::jthread stopper([&] { tasker.stop(); });

    EXPECT_EQ(error_of([&] { queued.get(patience); }), ErrorCode::stopped);
    waiting.join();
    go_on.open();
  }
  EXPECT_EQ(waiter, ErrorCode::stopped);
  EXPECT_EQ(tasker.stats().dropped, 1u);
}

// The task is left to itself: its future is told at the end of the shutdown time, and what it comes
// to goes nowhere.
TEST_P(TaskerEnd, DoesNotWaitForEver) {
  const auto go_on = std::make_shared<Gate>(), over = std::make_shared<Gate>();
  {
    Tasker tasker{runtime, {.limit = 1, .shutdown = 5ms}};
    Gate begun;
    auto stuck = tasker.submit([&begun, go_on, over] {
      begun.open();
      EXPECT_TRUE(go_on->wait());
      over->open();
      return 1;
    });
    ASSERT_TRUE(begun.wait());

    tasker.stop();

    EXPECT_EQ(error_of([&] { stuck.get(patience); }), ErrorCode::stopped);
    EXPECT_EQ(tasker.running(), 1u);  // it still is
  }
  go_on->open();
  EXPECT_TRUE(over->wait());
}

TEST_P(TaskerEnd, AtOnceWithoutShutdownTime) {
  const auto go_on = std::make_shared<Gate>(), over = std::make_shared<Gate>();
  Tasker tasker{runtime, {.limit = 1, .shutdown = 0ms}};
  Gate begun;
  tasker.execute([&begun, go_on, over] {
    begun.open();
    EXPECT_TRUE(go_on->wait());
    over->open();
  });
  ASSERT_TRUE(begun.wait());

  tasker.stop();

  EXPECT_FALSE(over->is_open());
  go_on->open();
  EXPECT_TRUE(over->wait());
}

// A task's captures are the user's: their destructors may use the tasker.
struct Uses {
  explicit Uses(Tasker& its_tasker, Tally& its_tally) : tasker(&its_tasker), tally(&its_tally) {}
  Uses(Uses&& other) noexcept : tasker(std::exchange(other.tasker, nullptr)), tally(other.tally) {}
  ~Uses() {
    if (!tasker) return;
    EXPECT_EQ(error_of([&] { tasker->execute([] {}); }), ErrorCode::stopped);
    EXPECT_EQ(error_of([&] { (void)tasker->drain(1s); }), ErrorCode::would_deadlock);
    tasker->stats();
    tally->add();
  }
  Tasker* tasker;
  Tally* tally;
};

TEST_P(TaskerEnd, MayBeWatchedFromTheDestructorsOfWhatIsGivenUp) {
  Tasker tasker{runtime, {.limit = 1}};
  Gate begun, go_on;
  Tally destroyed;
  tasker.execute([&] {
    begun.open();
    EXPECT_TRUE(go_on.wait());
  });
  ASSERT_TRUE(begun.wait());
  for (int i = 0; i < 5; ++i)
    tasker.execute([uses = Uses{tasker, destroyed}] { ADD_FAILURE() << "given up, and ran"; });
  {
    std::jthread stopper([&] { tasker.stop(); });
    EXPECT_TRUE(destroyed.reaches(5));
    go_on.open();
  }
  EXPECT_EQ(tasker.stats().dropped, 5u);
}

}  // namespace
