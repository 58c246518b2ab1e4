// Tasks that block, await and wait for each other, on real threads.

#include <atomic>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/task/tasker.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/on_threads_fixture.hpp"
#include "support/threads.hpp"

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

class OnTasker : public poolder_tests::OnThreads {};

INSTANTIATE_TEST_SUITE_P(Threads, OnTasker, poolder_tests::thread_counts,
                         poolder_tests::name_of_count);

/// The most that was ever inside at once.
struct Crowd {
  std::atomic<int> now{0}, most{0};

  void enter() {
    const int here = ++now;
    for (int seen = most; here > seen && !most.compare_exchange_weak(seen, here);) {
    }
  }
  void leave() { --now; }
};

TEST_P(OnTasker, RunsUpToTheLimitAtOnceThoughTheyBlock) {
  Tasker tasker{runtime, {.limit = 12}};
  Tally inside;
  Crowd crowd;
  std::vector<Future<bool>> futures;

  for (int i = 0; i < 36; ++i)
    futures.push_back(tasker.submit([&] {
      crowd.enter();
      inside.add();
      const bool all = inside.reaches(12);  // more than there are threads
      crowd.leave();
      return all;
    }));

  for (auto& result : Tasker::await(futures, patience)) EXPECT_TRUE(result.value());
  EXPECT_EQ(crowd.most, 12);
}

TEST_P(OnTasker, RunsEachOfManyOnce) {
  Tasker tasker{runtime, {.limit = 8}};
  constexpr std::size_t each = 5'000;
  std::vector<std::atomic<int>> runs(4 * each);
  Crowd crowd;

  poolder_tests::on_threads(4, [&](std::size_t producer) {
    for (std::size_t i = 0; i < each; ++i)
      tasker.execute([&, number = producer * each + i] {
        crowd.enter();
        ++runs[number];
        crowd.leave();
      });
  });
  EXPECT_TRUE(tasker.drain(patience));

  for (const auto& count : runs) EXPECT_EQ(count, 1);
  EXPECT_LE(crowd.most, 8);
  EXPECT_EQ(tasker.stats().processed, 4 * each);
}

TEST_P(OnTasker, KeepsTheOrderOfEachProducerWithALimitOfOne) {
  for (const std::size_t capacity : {poolder::unlimited, std::size_t{10}}) {
    Tasker tasker{runtime, {.limit = 1, .queue = {.capacity = capacity}}};
    std::vector<int> last(4, -1);

    poolder_tests::on_threads(4, [&](std::size_t producer) {
      for (int i = 0; i < 2'000; ++i)
        tasker.execute([&last, producer, i] {
          EXPECT_EQ(last[producer], i - 1);
          last[producer] = i;
        });
    });
    EXPECT_TRUE(tasker.drain(patience));

    for (const int each : last) EXPECT_EQ(each, 1'999);
  }
}

TEST_P(OnTasker, WaitsInsideTasksHoldUpNobody) {
  Tasker tasker{runtime, {.limit = 4}};

  std::vector<Future<int>> outer;
  for (int i = 0; i < 3; ++i)
    outer.push_back(tasker.submit([&tasker, i] {
      std::vector<Future<int>> inner;
      for (int k = 0; k < 10; ++k) inner.push_back(tasker.submit([i, k] { return i * k; }));
      int sum = 0;
      for (auto& result : Tasker::await(inner, patience)) sum += result.value();
      return sum;
    }));
  auto sums = Tasker::await(outer, patience);

  for (std::size_t i = 0; i < 3; ++i) EXPECT_EQ(sums[i].value(), 45 * static_cast<int>(i));
}

TEST_P(OnTasker, AwaitTakesItsTimeAltogether) {
  Tasker tasker{runtime, {.limit = 4}};
  Gate go_on;
  std::vector<Future<bool>> futures;
  for (int i = 0; i < 8; ++i)
    futures.push_back(tasker.submit([&, i] { return i % 2 == 0 || go_on.wait(); }));

  const auto began = std::chrono::steady_clock::now();
  auto first = Tasker::await(futures, 30ms);
  const auto took = std::chrono::steady_clock::now() - began;
  go_on.open();
  auto second = Tasker::await(futures, patience);

  EXPECT_GE(took, 30ms);
  EXPECT_LT(took, 10s);
  int late = 0;
  for (std::size_t i = 0; i < 8; ++i) {
    if (first[i].code() == ErrorCode::timeout) {
      ++late;
      EXPECT_TRUE(second[i].value());
    } else {
      EXPECT_TRUE(first[i].value());
    }
  }
  EXPECT_GE(late, 4);
}

TEST_P(OnTasker, SetLimitStartsMoreWhileAllAreBlocked) {
  Tasker tasker{runtime, {.limit = 1}};
  Tally begun;
  Gate go_on;
  for (int i = 0; i < 10; ++i)
    tasker.execute([&] {
      begun.add();
      EXPECT_TRUE(go_on.wait());
    });
  EXPECT_TRUE(begun.reaches(1));
  EXPECT_EQ(begun.count(), 1);

  tasker.set_limit(6);
  EXPECT_TRUE(begun.reaches(6));
  EXPECT_EQ(tasker.running(), 6u);
  EXPECT_EQ(tasker.queued(), 4u);

  tasker.set_limit(10);
  EXPECT_TRUE(begun.reaches(10));
  go_on.open();
  EXPECT_TRUE(tasker.drain(patience));
}

TEST_P(OnTasker, ThatBlocksTheLastPlaceOnItsOwnQueueFails) {
  Tasker tasker{runtime, {.limit = 3, .queue = {.capacity = 2}}};
  Tally begun;
  std::vector<Future<bool>> futures;
  std::atomic<int> ran{0}, pushed{0};
  for (int i = 0; i < 3; ++i)
    futures.push_back(tasker.submit([&] {
      begun.add();
      EXPECT_TRUE(begun.reaches(3));
      for (int k = 0; k < 10; ++k) {
        if (error_of([&] { tasker.execute([&] { ++ran; }); }) == ErrorCode::would_deadlock)
          return true;
        ++pushed;
      }
      return false;
    }));

  int failed = 0;
  for (auto& result : Tasker::await(futures, patience)) failed += result.value() ? 1 : 0;
  EXPECT_TRUE(tasker.drain(patience));

  EXPECT_GE(failed, 1);
  EXPECT_EQ(ran, pushed);
}

TEST_P(OnTasker, CallsBackFromAJobOfItsOwn) {
  Tasker tasker{runtime, {.limit = 2}};
  std::atomic<int> sum{0}, failed{0};

  for (int i = 0; i < 100; ++i)
    tasker.callback(
        [i] {
          if (i % 10 == 0) throw i;
          return i;
        },
        [&](Result<int> result) { result ? sum += result.value() : ++failed; });
  EXPECT_TRUE(tasker.drain(patience));

  EXPECT_EQ(sum, 4'500);
  EXPECT_EQ(failed, 10);
}

}  // namespace
