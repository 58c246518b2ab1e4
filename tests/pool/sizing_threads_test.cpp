#include <set>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>

#include "support/gate.hpp"
#include "support/on_threads_fixture.hpp"
#include "support/threads.hpp"

using namespace std::chrono_literals;
using poolder::ExitReason;
using poolder::Pid;
using poolder::Route;
using poolder_tests::Gate;
using poolder_tests::patience;
using poolder_tests::Tally;

namespace {

struct Where {};
struct Keyed {
  int key;
};
struct Hold {
  const Gate* until;
  Tally* begun;
};

struct Placed {
  static int key(const Keyed& keyed) { return keyed.key; }
  std::size_t handle_call(Where, poolder::Context& context) { return context.index(); }
  std::size_t handle_call(Keyed, poolder::Context& context) { return context.index(); }
  void handle_job(Where) {}
  void handle_job(Hold hold) {
    hold.begun->add();
    EXPECT_TRUE(hold.until->wait());
  }
};
using Places = poolder::Pool<Placed>;

class Sizing : public poolder_tests::OnThreads {};

INSTANTIATE_TEST_SUITE_P(Threads, Sizing, poolder_tests::thread_counts,
                         poolder_tests::name_of_count);

// Across the segments of the slot table, which are powers of two of the first size.
TEST_P(Sizing, ReachesEachOfManySlotsByItsIndexAndItsPid) {
  for (const std::size_t first : {1u, 3u, 8u}) {
    Places pool{runtime, {.size = first, .dynamic = true}};

    pool.resize(130);

    std::set<Pid> pids;
    for (std::size_t i = 0; i < 130; ++i) {
      EXPECT_EQ(pool.call(Where{}, {.timeout = patience, .route = Route::index(i)}), i);
      EXPECT_EQ(pool.call(Where{}, {.timeout = patience, .route = pool.worker(i)}), i);
      pids.insert(pool.worker(i));
    }
    EXPECT_EQ(pids.size(), 130u);
    EXPECT_EQ(pool.workers().size(), 130u);
  }
}

TEST_P(Sizing, SpreadsKeysEvenlyAndKeepsEachAtItsSlot) {
  Places pool{runtime, {.size = 8, .routing = poolder::Routing::hash}};
  std::vector<int> at(8);

  for (int key = 0; key < 2'000; ++key) {
    const std::size_t slot = pool.call(Keyed{key}, {.timeout = patience});
    ++at[slot];
    ASSERT_EQ(pool.call(Where{}, {.timeout = patience, .route = Route::hash(key)}), slot);
  }

  for (const int each : at) EXPECT_NEAR(each, 250, 80);
}

// Jump hash: growing from n to n + 1 moves one key in n + 1, and each of them to the new slot.
TEST_P(Sizing, MovesOnlyTheKeysOfTheNewSlotWhenThePoolGrows) {
  Places pool{runtime, {.size = 7, .dynamic = true, .routing = poolder::Routing::hash}};
  std::vector<std::size_t> before;
  for (int key = 0; key < 1'000; ++key)
    before.push_back(pool.call(Keyed{key}, {.timeout = patience}));

  pool.start_worker();

  int moved = 0;
  for (int key = 0; key < 1'000; ++key) {
    const std::size_t now = pool.call(Keyed{key}, {.timeout = patience});
    if (now == before[static_cast<std::size_t>(key)]) continue;
    ASSERT_EQ(now, 7u);
    ++moved;
  }
  EXPECT_NEAR(moved, 125, 50);
}

TEST_P(Sizing, GoesRoundExactlyWhateverThreadSends) {
  Places pool{runtime, {.size = 5}};

  poolder_tests::on_threads(4, [&](std::size_t) {
    for (int i = 0; i < 250; ++i) pool.cast(Where{});
  });

  EXPECT_TRUE(pool.drain(patience));
  for (const poolder::WorkerStats& each : pool.stats().workers) EXPECT_EQ(each.processed, 200u);
}

TEST_P(Sizing, HandsTheQueueOfASlotThatGoesToTheRest) {
  Gate release;
  Tally begun;
  Places pool{runtime, {.size = 3, .dynamic = true}};
  for (std::size_t i = 0; i < 3; ++i) pool.cast(Hold{&release, &begun}, Route::index(i));
  ASSERT_TRUE(begun.reaches(3));
  auto moved = pool.send_request(Where{}, {.timeout = patience, .route = Route::index(2)});
  for (int i = 0; i < 30; ++i) pool.cast(Where{});

  pool.resize(1);
  release.open();

  EXPECT_EQ(moved.get(), 0u);
  EXPECT_TRUE(pool.drain(patience));
  EXPECT_EQ(pool.stats().processed, 34u);
  EXPECT_EQ(pool.stats().dropped, 0u);
}

TEST_P(Sizing, TellsTheMonitorsOfEveryWorkerThatCameAndWent) {
  Gate release;
  Tally begun, ended;
  std::vector<poolder::Subscription> subscriptions;
  const auto watch = [&](Pid pid) {
    subscriptions.push_back(runtime.monitor(pid, [&](Pid, const ExitReason& reason) {
      EXPECT_EQ(reason.kind, ExitReason::Kind::shutdown);
      ended.add();
    }));
  };
  {
    Places pool{runtime, {.size = 2, .dynamic = true}};
    watch(pool.worker(0));
    watch(pool.worker(1));
    pool.cast(Hold{&release, &begun}, Route::index(1));
    ASSERT_TRUE(begun.reaches(1));
    for (int i = 0; i < 3; ++i) {  // while the slot's first worker is still at work
      pool.stop_worker();
      watch(pool.start_worker());
    }
    release.open();
  }

  EXPECT_TRUE(ended.reaches(5));
}

TEST_P(Sizing, IsLeftWholeByResizesAtTheSameTime) {
  Places pool{runtime, {.size = 4, .dynamic = true}};

  poolder_tests::on_threads(4, [&](std::size_t thread) {
    for (std::size_t i = 0; i < 50; ++i) {
      pool.resize(1 + (thread + i) % 9);
      pool.start_worker();
    }
  });

  const std::size_t size = pool.size();
  EXPECT_EQ(pool.workers().size(), size);
  for (std::size_t i = 0; i < size; ++i)
    EXPECT_EQ(pool.call(Where{}, {.timeout = patience, .route = Route::index(i)}), i);
}

TEST_P(Sizing, PausesWorkersThatComeWhileThePoolIsPaused) {
  Places pool{runtime, {.size = 1, .dynamic = true}};
  pool.pause();

  pool.resize(4);
  std::vector<poolder::Future<std::size_t>> waiting;
  for (std::size_t i = 0; i < 4; ++i)
    waiting.push_back(pool.send_request(Where{}, {.timeout = patience, .route = Route::index(i)}));
  const bool drained = pool.drain(10ms);
  const std::size_t queued = pool.stats().queue_length;
  pool.resume();

  EXPECT_FALSE(drained);
  EXPECT_EQ(queued, 4u);
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(waiting[i].get(), i);
}

}  // namespace
