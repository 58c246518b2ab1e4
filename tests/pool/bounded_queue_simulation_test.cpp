// Queues with a capacity, and what a full one does.

#include <deque>
#include <numeric>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

constexpr std::size_t capacity = 3;

struct Worker {
  explicit Worker(std::vector<int>* its_log) : handled(its_log) {}
  void handle_job(int id, Context& context) {
    handled->push_back(id);
    context.sleep(1ms);
  }
  int handle_call(int id, Context& context) {
    handle_job(id, context);
    return id;
  }
  std::vector<int>* handled;
};

PoolOptions bounded(OnFull on_full) {
  return {.size = 1, .queue = {.capacity = capacity, .on_full = on_full}};
}

std::vector<int> numbers(int from, int to) {
  std::vector<int> all(static_cast<std::size_t>(to - from));
  std::iota(all.begin(), all.end(), from);
  return all;
}

/// Casts one number after another, and notes which casts have returned.
struct Sender {
  Sender(Pool<Worker>* its_target, std::vector<int>* its_sent)
      : target(its_target), sent(its_sent) {}
  void handle_job(int first) {
    for (int id = first; id < first + 6; ++id) {
      target->cast(id);
      EXPECT_LE(target->stats().queue_length, capacity);
      sent->push_back(id);
    }
  }
  Pool<Worker>* target;
  std::vector<int>* sent;
};

TEST(PoolBoundedQueue, BlockWaitsForRoomInTurnAndLosesNothing) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled, sent;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, bounded(OnFull::block), &handled};
    Pool<Sender> senders{runtime, PoolOptions{.size = 3}, &pool, &sent};

    pool.pause();
    for (int each = 0; each < 3; ++each) senders.cast(100 * each);
    runtime.advance(10ms);
    EXPECT_EQ(pool.stats().queue_length, capacity);
    EXPECT_EQ(sent.size(), capacity);
    pool.resume();

    EXPECT_TRUE(senders.drain(1s));
    EXPECT_TRUE(pool.drain(1s));
    EXPECT_EQ(handled.size(), 18u);
    for (int each = 0; each < 3; ++each) {
      std::vector<int> of_sender;
      for (const int id : handled)
        if (id / 100 == each) of_sender.push_back(id);
      EXPECT_EQ(of_sender, numbers(100 * each, 100 * each + 6));
    }
  });
}

TEST(PoolBoundedQueue, BlockEndsWithStoppedWhenThePoolDoes) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled, sent;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, bounded(OnFull::block), &handled};
    Pool<Sender> senders{runtime, PoolOptions{.size = 3}, &pool, &sent};

    pool.pause();
    for (int each = 0; each < 3; ++each) senders.cast(100 * each);
    runtime.advance(10ms);
    pool.stop();

    EXPECT_TRUE(senders.drain(1s));
    EXPECT_EQ(senders.stats().failed, 3u);  // Error{stopped} went through their handlers
    EXPECT_EQ(sent.size(), capacity);
    EXPECT_EQ(pool.stats().dropped, capacity);
    EXPECT_TRUE(handled.empty());
  });
}

TEST(PoolBoundedQueue, ACallThatWaitsForRoomEndsAtItsDeadlineAndWasNeverQueued) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, bounded(OnFull::block), &handled};

    pool.pause();
    for (int id = 0; id < 3; ++id) pool.cast(id);
    const auto start = runtime.now();
    EXPECT_EQ(error_of([&] { pool.call(9, {.timeout = 5ms}); }), ErrorCode::timeout);
    EXPECT_EQ(runtime.now() - start, 5ms);
    pool.resume();

    EXPECT_TRUE(pool.drain(1s));
    EXPECT_EQ(handled, numbers(0, 3));
  });
}

TEST(PoolBoundedQueue, RejectRefusesExactlyWhatDoesNotFit) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, bounded(OnFull::reject), &handled};

    pool.pause();
    for (int id = 0; id < 3; ++id) pool.cast(id);
    EXPECT_EQ(error_of([&] { pool.cast(3); }), ErrorCode::queue_full);
    EXPECT_FALSE(pool.try_cast(3));
    EXPECT_EQ(error_of([&] { pool.call(3); }), ErrorCode::queue_full);
    Future<int> asked = pool.send_request(3);
    EXPECT_EQ(error_of([&] { asked.get(0ms); }), ErrorCode::queue_full);
    pool.resume();
    runtime.run_until_idle();
    EXPECT_TRUE(pool.try_cast(4));

    EXPECT_TRUE(pool.drain(1s));
    EXPECT_EQ(handled, (std::vector<int>{0, 1, 2, 4}));
    EXPECT_EQ(pool.stats().dropped, 0u);
  });
}

TEST(PoolBoundedQueue, TryCastNeverWaits) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, bounded(OnFull::block), &handled};
    const auto start = runtime.now();

    pool.pause();
    for (int id = 0; id < 3; ++id) EXPECT_TRUE(pool.try_cast(id));
    EXPECT_FALSE(pool.try_cast(3));

    EXPECT_EQ(runtime.now(), start);
  });
}

TEST(PoolBoundedQueue, DropOldestKeepsTheNewestAndCountsTheRest) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<int> handled;
    SimulatedRuntime runtime{seed};
    detail::Random random{seed};
    const QueueOrder order = random.below(2) == 0 ? QueueOrder::fifo : QueueOrder::lifo;
    Pool<Worker> pool{
        runtime,
        PoolOptions{.size = 1,
                    .queue = {.order = order, .capacity = 3, .on_full = OnFull::drop_oldest}},
        &handled};

    pool.pause();
    Future<int> oldest = pool.send_request(0);
    const int last = 3 + static_cast<int>(random.below(8));
    for (int id = 1; id <= last; ++id) pool.cast(id);
    EXPECT_EQ(pool.stats().queue_length, capacity);
    EXPECT_EQ(error_of([&] { oldest.get(0ms); }), ErrorCode::queue_full);
    pool.resume();

    EXPECT_TRUE(pool.drain(1s));
    std::vector<int> newest = numbers(last - 2, last + 1);
    if (order == QueueOrder::lifo) std::reverse(newest.begin(), newest.end());
    EXPECT_EQ(handled, newest);
    EXPECT_EQ(pool.stats().dropped, static_cast<std::uint64_t>(last - 2));
  });
}

}  // namespace
