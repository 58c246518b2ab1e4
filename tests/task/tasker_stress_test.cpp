// Taskers under many hands: what is submitted, cancelled and awaited while the limit changes and
// the end comes.

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>
#include <poolder/task/tasker.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/start_stop.hpp"
#include "support/threads.hpp"

using namespace std::chrono_literals;
using poolder::ErrorCode;
using poolder::Future;
using poolder::OnFull;
using poolder::Result;
using poolder::Tasker;
using poolder::TaskerOptions;
using poolder::detail::Random;
using poolder_tests::error_of;
using poolder_tests::patience;

namespace {

/// What every task that was handed in came to.
struct Ledger {
  std::atomic<std::size_t> ran{0}, told{0}, accepted{0}, refused{0}, cancelled{0};
  std::atomic<std::size_t> now{0}, ceiling{0}, above{0};

  void work(Random& random) {
    if (++now > ceiling) ++above;
    if (random.below(16) == 0) std::this_thread::yield();
    --now;
    ++ran;
  }
};

/// Hands in one task in one of the three ways. False: the tasker has stopped.
bool hand_in(Tasker& tasker, Ledger& ledger, Random& random) {
  const auto task = [&ledger, seed = random.next()] {
    Random mine{seed};
    ledger.work(mine);
    return seed;
  };
  const auto code = error_of([&] {
    switch (random.below(4)) {
      case 0: {
        Future<std::uint64_t> future = tasker.submit(task);
        if (random.below(4) == 0 && future.cancel()) ++ledger.cancelled;
        return;
      }
      case 1:
        return tasker.callback(task, [&](Result<std::uint64_t>) { ++ledger.told; });
      default:
        return tasker.execute(task);
    }
  });
  ++(code ? ledger.refused : ledger.accepted);
  EXPECT_TRUE(!code || code == ErrorCode::stopped || code == ErrorCode::queue_full);
  return code != ErrorCode::stopped;
}

/// Waits until what was handed in before has begun, or will not.
void catch_up(Tasker& tasker, Ledger& ledger) {
  (void)error_of([&] {
    auto last = tasker.submit([&] { ++ledger.ran; });
    ++ledger.accepted;
    last.get(patience);
  });
}

struct Kind {
  std::size_t capacity;
  OnFull on_full;
};

TEST(TaskerStress, AccountsForEveryTaskUnderEightSubmittersAChangingLimitAndAStop) {
  std::uint64_t seed = 0;
  for (const Kind kind : {Kind{poolder::unlimited, OnFull::block}, Kind{50, OnFull::block},
                          Kind{50, OnFull::reject}, Kind{50, OnFull::drop_oldest}}) {
    for (int time = 0; time < 15; ++time) {
      poolder::Runtime runtime{{.threads = 2}};
      Ledger ledger;
      ledger.ceiling = 6;  // the highest limit there will be
      Tasker tasker{runtime,
                    {.limit = 3, .queue = {.capacity = kind.capacity, .on_full = kind.on_full}}};
      {
        std::vector<std::jthread> submitters;
        for (int i = 0; i < 8; ++i)
          submitters.emplace_back([&, mine = ++seed] {
            Random random{mine};
            while (hand_in(tasker, ledger, random))
              if (random.below(20) == 0) catch_up(tasker, ledger);
          });
        Random random{++seed};
        for (int change = 0; change < 60; ++change) {
          tasker.set_limit(1 + random.below(6));
          catch_up(tasker, ledger);
        }
        tasker.stop();
      }

      const auto stats = tasker.stats();
      EXPECT_EQ(ledger.above, 0u);
      EXPECT_EQ(stats.processed, ledger.ran);
      EXPECT_EQ(stats.processed + stats.dropped + ledger.cancelled, ledger.accepted);
      EXPECT_EQ(stats.running + stats.queued, 0u);
    }
  }
}

TEST(TaskerStress, NoTaskIsLeftBehindByARunnerThatGoesIdle) {
  poolder::Runtime runtime{{.threads = 2}};
  Tasker tasker{runtime, {.limit = 2}};
  for (int i = 0; i < 20'000; ++i) {
    auto first = tasker.submit([i] { return i; });
    if (i % 3 == 0) tasker.execute([] {});
    ASSERT_EQ(first.get(patience), i);
  }
  EXPECT_TRUE(tasker.drain(patience));
}

TEST(TaskerStress, ResultsReachTheirFuturesFromManyThreads) {
  poolder::Runtime runtime{{.threads = 2}};
  Tasker tasker{runtime, {.limit = 8}};
  poolder_tests::on_threads(8, [&](std::size_t thread) {
    for (int round = 0; round < 60; ++round) {
      std::vector<Future<std::size_t>> futures;
      for (std::size_t i = 0; i < 20; ++i)
        futures.push_back(tasker.submit([=] {
          if (i == 13) throw std::runtime_error("unlucky");
          return thread * 1'000 + i;
        }));
      auto results = Tasker::await(futures, patience);
      for (std::size_t i = 0; i < 20; ++i) {
        ASSERT_EQ(results[i].has_value(), i != 13);
        if (i != 13) {
          ASSERT_EQ(results[i].value(), thread * 1'000 + i);
        }
      }
    }
  });
}

TEST(TaskerStress, DrainIsTrueOnlyOnceAllIsDone) {
  poolder::Runtime runtime{{.threads = 2}};
  Tasker tasker{runtime, {.limit = 4}};
  for (int round = 0; round < 3'000; ++round) {
    std::atomic<int> left{12};
    for (int i = 0; i < 4; ++i) {
      tasker.execute([&] { --left; });
      (void)tasker.submit([&] { --left; });
      tasker.callback([] {}, [&](Result<void>) { --left; });
    }
    ASSERT_TRUE(tasker.drain(patience));
    ASSERT_EQ(left, 0);
  }
}

TEST(TaskerStress, WaitsForRoomEndWhateverHappens) {
  poolder::Runtime runtime{{.threads = 2}};
  for (int time = 0; time < 100; ++time) {
    Tasker tasker{runtime, {.limit = 3, .queue = {.capacity = 2}}};
    std::atomic<int> ran{0}, pushed{0};
    // Each of them may find itself in the last place that does not wait.
    for (int i = 0; i < 6; ++i)
      tasker.execute([&] {
        for (int k = 0; k < 20; ++k) {
          const auto code = error_of([&] { tasker.execute([&] { ++ran; }); });
          EXPECT_TRUE(!code || code == ErrorCode::would_deadlock);
          if (!code) ++pushed;
        }
      });
    for (std::size_t limit = 1; limit <= 4; ++limit) tasker.set_limit(limit);
    ASSERT_TRUE(tasker.drain(patience));
    EXPECT_EQ(ran, pushed);
  }
}

/// What the tasks of the start and stop tests hold on to.
struct Held {
  static inline std::atomic<int> alive{0};

  Held() { ++alive; }
  Held(const Held&) { ++alive; }
  ~Held() { --alive; }
};

bool use(Tasker& tasker) {
  thread_local unsigned turn = 0;
  const auto code = error_of([&] {
    switch (++turn % 3) {
      case 0:
        return tasker.execute([held = Held{}] {});
      case 1:
        return tasker.callback([held = Held{}] {}, [held = Held{}](Result<void>) {});
      default:
        tasker.submit([held = Held{}] {}).get(patience);
    }
  });
  EXPECT_TRUE(!code || code == ErrorCode::stopped);
  return !code;
}

TEST(TaskerStartStop, BearsEveryEndWhileItsUsersNeverPause) {
  const poolder_tests::Ends<Tasker> ends{[](poolder::Runtime& runtime) {
                                           return std::make_unique<Tasker>(
                                               runtime, TaskerOptions{.name = "one", .limit = 3});
                                         },
                                         use};

  ends.bear_all();

  EXPECT_EQ(Held::alive, 0);
}

}  // namespace
