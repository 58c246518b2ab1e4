// The order of messages, and who may handle them at one time.

#include <algorithm>
#include <map>
#include <numeric>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

constexpr int items = 20;

struct Item {
  int sender;
  int number;
};

struct Log {
  std::map<int, std::vector<int>> by_sender;
  int running = 0;
};

/// Some items take their time, some crash it; each is noted before either.
struct Keeper {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};

  explicit Keeper(Log* its_log) : log(its_log) {}

  void handle_job(const Item& item, Context& context) {
    const Alone alone{busy};
    log->by_sender[item.sender].push_back(item.number);
    if (item.number % 5 == 3) throw Planned{};
    if (item.number % 4 == 1) context.sleep(3us);
  }

  Log* log;
  bool busy = false;
};

struct Burst {
  int sender;
};

/// Sends its items one by one, with others in between.
struct Sender {
  explicit Sender(Pool<Keeper>* its_target) : target(its_target) {}

  void handle_job(const Burst& burst, Context& context) {
    for (int i = 0; i < items; ++i) {
      target->cast(Item{burst.sender, i}, Route::index(0));
      if (i % 3 == 0) context.sleep(1us);
    }
  }

  Pool<Keeper>* target;
};

std::vector<int> all_items() {
  std::vector<int> numbers(items);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

void expect_all_in_order(const Log& log, int senders) {
  for (int each = 0; each < senders; ++each) EXPECT_EQ(log.by_sender.at(each), all_items());
}

TEST(PoolOrder, IsThatOfEachSenderWhateverHappensToTheWorkerAndThePool) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    detail::Random random{seed};
    Pool<Keeper> pool{runtime, PoolOptions{.size = 2, .dynamic = true, .restart = lenient}, &log};
    Pool<Sender> senders{runtime, PoolOptions{.size = 3}, &pool};

    for (int each = 0; each < 3; ++each) senders.cast(Burst{each});
    for (int i = 0; i < 12; ++i) {
      switch (random.below(5)) {
        case 0:
          pool.pause();
          break;
        case 1:
          pool.kill(pool.worker(0));
          break;
        case 2:
          pool.resize(1 + random.below(4));
          break;
        case 3:
          pool.resume();
          break;
        default:
          runtime.advance(Duration{random.below(5'000)});
      }
    }
    pool.resume();

    EXPECT_TRUE(senders.drain(1s));
    EXPECT_TRUE(pool.drain(1s));
    expect_all_in_order(log, 3);
  });
}

TEST(PoolOrder, IsKeptByAllWaysOfSending) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    detail::Random random{seed};
    Pool<Keeper> pool{runtime, PoolOptions{.size = 1, .restart = lenient}, &log};

    for (int i = 0; i < items;) {
      if (random.below(2) == 0) runtime.advance(1us);
      switch (random.below(3)) {
        case 0:
          pool.cast(Item{0, i++});
          break;
        case 1:
          EXPECT_TRUE(pool.try_cast(Item{0, i++}));
          break;
        default: {
          std::vector<Item> chunk;
          for (int left = 3; left > 0 && i < items; --left) chunk.push_back({0, i++});
          pool.cast_all(chunk);
        }
      }
    }

    EXPECT_TRUE(pool.drain(1s));
    expect_all_in_order(log, 1);
  });
}

TEST(PoolOrder, OfABoundedQueueIsTheSame) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Keeper> pool{runtime, PoolOptions{.size = 1, .queue = {.capacity = 2}, .restart = lenient},
                      &log};
    Pool<Sender> senders{runtime, PoolOptions{.size = 3}, &pool};

    for (int each = 0; each < 3; ++each) senders.cast(Burst{each});

    EXPECT_TRUE(senders.drain(1s));
    EXPECT_TRUE(pool.drain(1s));
    expect_all_in_order(log, 3);
  });
}

TEST(PoolOrder, LifoHandlesTheNewestFirst) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Keeper> pool{
        runtime, PoolOptions{.size = 1, .queue = {.order = QueueOrder::lifo}, .restart = lenient},
        &log};

    pool.pause();
    for (int i = 0; i < items; ++i) pool.cast(Item{0, i});
    pool.resume();

    EXPECT_TRUE(pool.drain(1s));
    std::vector<int> newest_first = all_items();
    std::reverse(newest_first.begin(), newest_first.end());
    EXPECT_EQ(log.by_sender[0], newest_first);
  });
}

/// Counts how many of its pool run at once.
struct Counter {
  explicit Counter(Log* its_log) : log(its_log) {}
  void handle_job(int, Context& context) {
    const Alone alone{busy};
    most = std::max(most, ++log->running);
    context.sleep(2us);
    --log->running;
  }
  int handle_call(int, Context& context) {
    handle_job(0, context);
    return most;
  }
  Log* log;
  bool busy = false;
  int most = 0;
};

TEST(PoolOrder, AWorkerHandlesOneMessageAtATimeAndAPoolAsManyAsItsSize) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Pool<Counter> pool{runtime, PoolOptions{.size = 3}, &log};

    int most = 0;
    for (int i = 0; i < 15; ++i) pool.cast(i);
    for (int i = 0; i < 3; ++i) most = std::max(most, pool.call(i));

    EXPECT_EQ(most, 3);
    EXPECT_EQ(log.running, 0);
  });
}

}  // namespace
