// Batchers that hold no more than their queue's capacity.

#include <numeric>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

using Numbers = std::vector<int>;

Numbers numbers(int from, int to) {
  Numbers all(static_cast<std::size_t>(to - from));
  std::iota(all.begin(), all.end(), from);
  return all;
}

struct Gatekeeper {
  int handle_call(int, Context& context) {
    context.sleep(1ms);
    return 0;
  }
};

/// Takes a millisecond for a batch.
struct Slow {
  using Item = int;
  Slow(Pool<Gatekeeper>* its_sleepers, Numbers* its_log) : sleepers(its_sleepers), log(its_log) {}
  void handle_batch(Batch<int>& batch) {
    sleepers->call(0);
    log->insert(log->end(), batch.begin(), batch.end());
  }
  void handle_dropped(Batch<int>&, const Failure&) { ADD_FAILURE() << "of what was pushed out"; }
  Pool<Gatekeeper>* sleepers;
  Numbers* log;
};

struct Sender {
  Sender(Batcher<Slow>* its_target, std::size_t its_capacity, std::size_t* its_sent)
      : target(its_target), capacity(its_capacity), sent(its_sent) {}
  void handle_job(int first) {
    for (int item = first; item < first + 10; ++item) {
      target->push(item);
      EXPECT_LE(target->stats().held, capacity);
      ++*sent;
    }
  }
  Batcher<Slow>* target;
  std::size_t capacity;
  std::size_t* sent;
};

class Bounded {
 public:
  Bounded(std::uint64_t seed, BatcherOptions options)
      : runtime{seed},
        sleepers{runtime, PoolOptions{.size = 2}},
        batcher{runtime, options, &sleepers, &handled} {}
  Numbers handled;
  SimulatedRuntime runtime;
  Pool<Gatekeeper> sleepers;
  Batcher<Slow> batcher;
};

// D-21: nothing bounded what a batcher holds.
TEST(BatcherBounded, BlockWaitsForRoomInTurnAndLosesNothing) {
  for_each_seed([](std::uint64_t seed) {
    detail::Random random{seed};
    const std::size_t limit = 1 + random.below(8), capacity = 1 + random.below(8);
    Bounded it{seed, {.limit = limit, .queue = {.capacity = capacity}}};
    std::size_t sent = 0;
    Pool<Sender> senders{it.runtime, PoolOptions{.size = 3}, &it.batcher, capacity, &sent};

    for (int each = 0; each < 3; ++each) senders.cast(100 * each);
    EXPECT_TRUE(senders.drain(1h));
    EXPECT_TRUE(it.batcher.drain(1h));

    EXPECT_EQ(it.handled.size(), 30u);
    for (int each = 0; each < 3; ++each) {
      Numbers of_sender;
      for (const int item : it.handled)
        if (item / 100 == each) of_sender.push_back(item);
      EXPECT_EQ(of_sender, numbers(100 * each, 100 * each + 10));
    }
    EXPECT_EQ(it.batcher.stats().dropped, 0u);
  });
}

TEST(BatcherBounded, APopMakesRoomToo) {
  for_each_seed([](std::uint64_t seed) {
    Bounded it{seed, {.limit = 4, .queue = {.capacity = 5}}};
    std::size_t sent = 0;
    Pool<Sender> senders{it.runtime, PoolOptions{.size = 1}, &it.batcher, std::size_t{5}, &sent};

    senders.cast(0);
    it.runtime.run_until_idle();  // four are being handled, one is collected, one waits
    EXPECT_EQ(sent, 5u);
    EXPECT_EQ(it.batcher.pop_at(0), 4);
    it.runtime.run_until_idle();

    EXPECT_EQ(sent, 6u);
    EXPECT_TRUE(senders.drain(1h));
    EXPECT_TRUE(it.batcher.drain(1h));
    EXPECT_EQ(it.handled, (Numbers{0, 1, 2, 3, 5, 6, 7, 8, 9}));
  });
}

TEST(BatcherBounded, BlockEndsWithStoppedAndWhatWasTakenInIsHandled) {
  for_each_seed([](std::uint64_t seed) {
    Bounded it{seed, {.limit = 4, .queue = {.capacity = 5}}};
    std::size_t sent = 0;
    Pool<Sender> senders{it.runtime, PoolOptions{.size = 3}, &it.batcher, std::size_t{5}, &sent};

    for (int each = 0; each < 3; ++each) senders.cast(100 * each);
    it.runtime.run_until_idle();
    it.batcher.stop();

    EXPECT_TRUE(senders.drain(1s));
    EXPECT_EQ(senders.stats().failed, 3u);  // Error{stopped} went through their handlers
    EXPECT_EQ(it.handled.size(), sent);
    EXPECT_EQ(it.batcher.stats().dropped, 0u);
  });
}

TEST(BatcherBounded, RejectRefusesExactlyWhatDoesNotFit) {
  for_each_seed([](std::uint64_t seed) {
    Bounded it{seed, {.limit = 2, .queue = {.capacity = 5, .on_full = OnFull::reject}}};

    it.batcher.push_all(numbers(0, 5));
    EXPECT_EQ(error_of([&] { it.batcher.push(9); }), ErrorCode::queue_full);
    EXPECT_EQ(error_of([&] { it.batcher.push_front(9); }), ErrorCode::queue_full);
    EXPECT_EQ(it.batcher.pop_at(0), 4);
    EXPECT_EQ(error_of([&] { it.batcher.push_all(Numbers{5, 9}); }), ErrorCode::queue_full);
    EXPECT_TRUE(it.batcher.drain(1s));
    it.batcher.push(6);

    EXPECT_TRUE(it.batcher.drain(1s));
    EXPECT_EQ(it.handled, (Numbers{0, 1, 2, 3, 5, 6}));
  });
}

TEST(BatcherBounded, DropOldestKeepsTheNewestAndCountsTheRest) {
  for_each_seed([](std::uint64_t seed) {
    detail::Random random{seed};
    const BatchOrder order = random.below(2) == 0 ? BatchOrder::fifo : BatchOrder::lifo;
    Bounded it{
        seed,
        {.limit = 5, .order = order, .queue = {.capacity = 7, .on_full = OnFull::drop_oldest}}};

    it.batcher.push_all(numbers(0, 5));
    it.runtime.run_until_idle();  // five are being handled and stay
    it.batcher.push_all(numbers(5, 10));
    EXPECT_EQ(it.batcher.size(), 2u);
    EXPECT_TRUE(it.batcher.drain(1s));

    Numbers expected = numbers(0, 5);
    if (order == BatchOrder::lifo) std::reverse(expected.begin(), expected.end());
    const Numbers newest = order == BatchOrder::lifo ? Numbers{9, 8} : Numbers{8, 9};
    expected.insert(expected.end(), newest.begin(), newest.end());
    EXPECT_EQ(it.handled, expected);
    EXPECT_EQ(it.batcher.stats().dropped, 3u);
  });
}

TEST(BatcherBounded, DropOldestNeverTouchesWhatIsBeingHandled) {
  for_each_seed([](std::uint64_t seed) {
    Bounded it{seed, {.limit = 4, .queue = {.capacity = 4, .on_full = OnFull::drop_oldest}}};

    it.batcher.push_all(numbers(0, 4));
    it.runtime.run_until_idle();
    it.batcher.push_all(numbers(4, 8));
    EXPECT_EQ(it.batcher.size(), 0u);
    EXPECT_TRUE(it.batcher.drain(1s));

    EXPECT_EQ(it.handled, numbers(0, 4));
    EXPECT_EQ(it.batcher.stats().dropped, 4u);
  });
}

/// Pushes into itself, or into another, from its handler.
struct Feeder {
  using Item = int;
  explicit Feeder(std::vector<ErrorCode>* its_errors) : errors(its_errors) {}
  void handle_batch(Batch<int>&) {
    for (int i = 0; i < 3; ++i)
      if (const auto code = error_of([&] { target->push(0); })) errors->push_back(*code);
  }
  static inline Batcher<Feeder>* target = nullptr;
  std::vector<ErrorCode>* errors;
};

TEST(BatcherBounded, AHandlerThatWouldWaitForItselfIsToldSo) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<ErrorCode> errors;
    SimulatedRuntime runtime{seed};
    Batcher<Feeder> batcher{runtime, BatcherOptions{.limit = 2, .queue = {.capacity = 3}}, &errors};
    Feeder::target = &batcher;

    batcher.push_all(numbers(0, 2));
    runtime.run_until_idle();

    ASSERT_FALSE(errors.empty());
    for (const ErrorCode each : errors) EXPECT_EQ(each, ErrorCode::would_deadlock);
    batcher.stop();
  });
}

/// Two that push into each other.
struct Ring {
  using Item = int;
  Ring(std::vector<Batcher<Ring>*>* its_all, std::size_t its_target,
       std::vector<ErrorCode>* its_errors)
      : all(its_all), target(its_target), errors(its_errors) {}
  void handle_batch(Batch<int>& batch) {
    if (*batch.begin() < 0) return;
    for (int i = 0; i < 4; ++i)
      if (const auto code = error_of([&] { (*all)[target]->push(-1); })) errors->push_back(*code);
  }
  std::vector<Batcher<Ring>*>* all;
  std::size_t target;
  std::vector<ErrorCode>* errors;
};

TEST(BatcherBounded, ARingOfWaitingHandlersFailsWhereItCloses) {
  std::size_t closed = 0;
  for_each_seed([&](std::uint64_t seed) {
    std::vector<ErrorCode> errors;
    std::vector<Batcher<Ring>*> all;
    SimulatedRuntime runtime{seed};
    const BatcherOptions options{.limit = 1, .queue = {.capacity = 1}};
    Batcher<Ring> first{runtime, options, &all, std::size_t{1}, &errors};
    Batcher<Ring> second{runtime, options, &all, std::size_t{0}, &errors};
    all = {&first, &second};

    first.push(1);
    second.push(1);
    EXPECT_TRUE(first.drain(1s));
    EXPECT_TRUE(second.drain(1s));

    for (const ErrorCode each : errors) EXPECT_EQ(each, ErrorCode::would_deadlock);
    closed += errors.size();
  });
  EXPECT_GT(closed, 0u);
}

TEST(BatcherBounded, AWaitThatNothingCouldEndLeavesNoTrace) {
  struct Stuck {
    using Item = int;
    explicit Stuck(Future<int>* its_answer) : answer(its_answer) {}
    void handle_batch(Batch<int>&) { answer->get(infinity); }
    Future<int>* answer;
  };
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Pool<Gatekeeper> paused{runtime, PoolOptions{.size = 1, .call_timeout = infinity}};
    paused.pause();
    Future<int> answer = paused.send_request(0);
    Batcher<Stuck> batcher{runtime, BatcherOptions{.limit = 2, .queue = {.capacity = 2}}, &answer};

    batcher.push_all(numbers(0, 2));
    EXPECT_EQ(error_of([&] { batcher.push(3); }), ErrorCode::would_deadlock);
    paused.resume();

    EXPECT_TRUE(batcher.drain(1s));
    EXPECT_EQ(batcher.stats().items, 2u);
  });
}

}  // namespace
