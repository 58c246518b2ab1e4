// What a batcher says once it, or its runtime, is gone; and whatever throws on the way in and out.

#include <memory>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/batch/batcher.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/on_threads_fixture.hpp"

using namespace std::chrono_literals;
using namespace poolder;
using poolder_tests::error_of;
using poolder_tests::Gate;
using poolder_tests::patience;
using poolder_tests::Tally;

namespace {

struct Counted {
  using Item = int;
  explicit Counted(Tally* its_tally) : tally(its_tally) {}
  void handle_batch(Batch<int>& batch) { tally->add(static_cast<int>(batch.size())); }
  Tally* tally;
};

using Counts = Batcher<Counted>;

class BatcherRefusal : public poolder_tests::OnThreads {
 protected:
  std::unique_ptr<Counts> counts(Runtime& its_runtime) {
    return std::make_unique<Counts>(its_runtime, BatcherOptions{.name = "counts"}, &tally);
  }
  Tally tally;
};

INSTANTIATE_TEST_SUITE_P(Threads, BatcherRefusal, poolder_tests::thread_counts,
                         poolder_tests::name_of_count);

void expect_everything_refused(Counts& batcher) {
  EXPECT_EQ(error_of([&] { batcher.push(1); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { batcher.push_front(1); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { batcher.push_all(std::vector<int>(200)); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { batcher.pop_at(0); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { batcher.flush(); }), ErrorCode::stopped);
  EXPECT_TRUE(batcher.drain(patience));
  EXPECT_EQ(batcher.size(), 0u);
  EXPECT_EQ(batcher.name(), "counts");
  batcher.stop();
}

TEST_P(BatcherRefusal, IsWhatARefSaysWhenItsBatcherIsGone) {
  auto batcher = counts(runtime);
  const Ref<Counts> kept = runtime.find<Counts>("counts");
  ASSERT_TRUE(kept);
  kept->push(1);

  batcher.reset();

  EXPECT_EQ(tally.count(), 1);
  expect_everything_refused(*kept.operator->());
  EXPECT_FALSE(runtime.find<Counts>("counts"));
}

TEST_P(BatcherRefusal, IsWhatItSaysWhenItsRuntimeIsGone) {
  auto other = std::make_unique<Runtime>(RuntimeOptions{.threads = GetParam()});
  auto batcher = counts(*other);
  const Ref<Counts> kept = other->find<Counts>("counts");
  for (int i = 0; i < 250; ++i) batcher->push(i);

  other.reset();

  EXPECT_EQ(tally.count(), 250);
  expect_everything_refused(*batcher);
  batcher.reset();
  expect_everything_refused(*kept.operator->());
}

// D-15: a batcher is found by the name it was given.
TEST_P(BatcherRefusal, OfANameThatIsTakenUntilItsBatcherStops) {
  for (int i = 0; i < 50; ++i) {
    const auto batcher = counts(runtime);
    EXPECT_EQ(error_of([&] { counts(runtime); }), ErrorCode::already_exists);
    batcher->push(i);
    batcher->stop();
    const auto next = counts(runtime);
    next->push(i);
  }
  EXPECT_EQ(tally.count(), 100);
}

// D-31: nobody heard of a start that failed.
TEST_P(BatcherRefusal, OfADefinitionThatCannotBeMadeLeavesNothing) {
  struct Refusing {
    using Item = int;
    Refusing() { throw std::runtime_error("not today"); }
    void handle_batch(Batch<int>&) {}
  };

  const BatcherOptions options{.name = "refusing"};

  EXPECT_THROW((Batcher<Refusing>{runtime, options}), std::runtime_error);
  EXPECT_THROW((Batcher<Refusing>{runtime, options}), std::runtime_error);
}

// A handler that does not return is left to itself; the rest is counted.
TEST_P(BatcherRefusal, ToWaitForAHandlerBeyondTheShutdownTime) {
  struct Stuck {
    using Item = int;
    Stuck(std::shared_ptr<Gate> its_begun, std::shared_ptr<Gate> its_end)
        : begun(std::move(its_begun)), end(std::move(its_end)) {}
    void handle_batch(Batch<int>&) {
      begun->open();
      EXPECT_TRUE(end->wait());
    }
    std::shared_ptr<Gate> begun, end;
  };
  auto begun = std::make_shared<Gate>(), end = std::make_shared<Gate>();
  Batcher<Stuck> batcher{runtime, BatcherOptions{.limit = 2, .shutdown = 10ms}, begun, end};
  for (int i = 0; i < 5; ++i) batcher.push(i);
  EXPECT_TRUE(begun->wait());
  std::jthread drainer([&] { EXPECT_TRUE(batcher.drain(infinity)); });

  batcher.stop();
  drainer.join();

  EXPECT_EQ(batcher.stats().dropped, 3u);
  EXPECT_EQ(batcher.stats().held, 0u);
  EXPECT_TRUE(batcher.drain(infinity));
  EXPECT_GT(begun.use_count(), 1);  // the handler still has its definition
  end->open();
}

/// Throws in every way an item can.
struct Fragile {
  static inline int alive = 0, throw_in = -1;  // < 0: never
  static void maybe_throw() {
    if (throw_in >= 0 && throw_in-- == 0) throw std::runtime_error("fragile");
  }
  explicit Fragile(int its_value) : value(its_value) { ++alive; }
  Fragile(const Fragile& other) : value((maybe_throw(), other.value)) { ++alive; }
  Fragile(Fragile&& other) : value((maybe_throw(), other.value)) { ++alive; }
  ~Fragile() { --alive; }
  int value;
};

struct Careful {
  using Item = Fragile;
  Careful(std::vector<int>* its_log, bool* its_dropped) : log(its_log), dropped(its_dropped) {}
  std::size_t weigh(const Fragile& item) const {
    if (item.value == 77) throw std::runtime_error("too heavy to weigh");
    return 1;
  }
  void handle_batch(Batch<Fragile>& batch) {
    for (const Fragile& each : batch) log->push_back(each.value);
  }
  void handle_dropped(Batch<Fragile>&, const Failure&) { *dropped = true; }
  std::vector<int>* log;
  bool* dropped;
};

TEST_P(BatcherRefusal, OfAnItemThatThrowsOnItsWayInLosesNothingElse) {
  std::vector<int> log, expected;
  bool dropped = false;
  Batcher<Careful> batcher{
      runtime, BatcherOptions{.limit = 5, .retry = {.max_attempts = 1'000}, .max_weight = 1'000},
      &log, &dropped};

  for (int value = 0; value < 300; ++value) {
    Fragile item{value};
    Fragile::throw_in = value % 5;
    try {
      value % 2 == 0 ? batcher.push(std::move(item)) : batcher.push_front(item);
    } catch (const std::runtime_error&) {
      continue;
    }
    Fragile::throw_in = -1;
    batcher.flush();
    EXPECT_TRUE(batcher.drain(patience));
    if (value != 77) expected.push_back(value);
  }
  Fragile::throw_in = -1;
  EXPECT_THROW(batcher.push(Fragile{77}), std::runtime_error);
  batcher.stop();

  EXPECT_EQ(log, expected);
  EXPECT_FALSE(dropped);
  EXPECT_EQ(Fragile::alive, 0);
}

// What is moved out of its box for the handler may throw there: the next attempt goes on from it.
TEST_P(BatcherRefusal, OfAnItemThatThrowsOnItsWayToTheHandlerIsAFailedAttempt) {
  std::vector<int> log;
  bool dropped = false;
  Batcher<Careful> batcher{runtime, BatcherOptions{.limit = 100, .retry = {.max_attempts = 2}},
                           &log, &dropped};

  for (int value = 0; value < 5; ++value) batcher.push(Fragile{value});
  Fragile::throw_in = 3;
  EXPECT_TRUE(batcher.drain(patience));

  EXPECT_EQ(log, (std::vector<int>{0, 1, 2, 3, 4}));
  EXPECT_EQ(batcher.stats().retried, 1u);
  batcher.push(Fragile{5});
  const auto popped = batcher.pop_at(0);
  ASSERT_TRUE(popped);
  EXPECT_EQ(popped->value, 5);
  batcher.push(Fragile{6});
  Fragile::throw_in = 0;
  EXPECT_THROW(batcher.pop_at(0), std::runtime_error);
  EXPECT_EQ(batcher.stats().dropped, 1u);
}

}  // namespace
