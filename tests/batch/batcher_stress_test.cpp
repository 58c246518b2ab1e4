// Producers that never pause, beside everything else that can be asked of a batcher.

#include <atomic>
#include <cstdint>
#include <memory>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/batch/batcher.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/start_stop.hpp"
#include "support/threads.hpp"

using namespace std::chrono_literals;
using namespace poolder;
using poolder_tests::error_of;
using poolder_tests::patience;

namespace {

constexpr int producers = 8;

struct Item {
  int producer = 0, number = 0;
  std::unique_ptr<int> payload{};  // what is lost or doubled is seen by the sanitizers
};

struct Log {
  std::atomic<int> alive{0}, handlers{0}, most{0};
  std::atomic<std::uint64_t> seen{0}, out_of_order{0};
  int last[producers] = {};  // only where one batch is handled at a time
};

struct Checking {
  using Item = ::Item;
  explicit Checking(Log* its_log) : log(its_log) { ++log->alive; }
  Checking(const Checking&) = delete;
  ~Checking() { --log->alive; }

  void handle_batch(Batch<Item>& batch) {
    const int now = ++log->handlers;
    int most = log->most;
    while (most < now && !log->most.compare_exchange_weak(most, now)) {
    }
    const bool fails = ++attempts % 32 == 0;
    if (!fails) note(batch, now == 1);
    --log->handlers;
    if (fails) throw std::runtime_error("planned");
  }
  void handle_dropped(Batch<Item>& batch, const Failure&) { note(batch, false); }

  void note(Batch<Item>& batch, bool in_order) {
    for (const Item& each : batch) {
      EXPECT_EQ(*each.payload, each.number);
      if (!in_order || !ordered) continue;
      int& last = log->last[each.producer];
      if (each.number <= last) ++log->out_of_order;
      last = each.number;
    }
    log->seen += batch.size();
  }

  static inline std::atomic<bool> ordered{false};
  Log* log;
  std::atomic<int> attempts{0};
};

using Checks = Batcher<Checking>;

void push_some(Checks& batcher, int producer, int count) {
  for (int number = 1; number <= count; ++number)
    batcher.push({producer, number, std::make_unique<int>(number)});
}

struct Disturbed {
  std::uint64_t popped = 0;
};

// Until the batcher says that it has stopped.
Disturbed disturb(Checks& batcher) {
  Disturbed result;
  for (unsigned turn = 0;; ++turn) {
    const auto code = error_of([&] {
      if (turn % 3 == 0) batcher.flush();
      if (turn % 3 == 1 && batcher.pop_at(turn % 5)) ++result.popped;
      if (turn % 64 == 2) (void)batcher.drain(1ms);
      (void)batcher.size();
      (void)batcher.stats();
    });
    if (code) {
      EXPECT_EQ(*code, ErrorCode::stopped);
      return result;
    }
    std::this_thread::yield();
  }
}

class BatcherStress : public testing::TestWithParam<BatcherOptions> {};

INSTANTIATE_TEST_SUITE_P(
    Options, BatcherStress,
    testing::Values(BatcherOptions{.limit = 10, .timeout = 1ms, .retry = {.max_attempts = 3}},
                    BatcherOptions{.limit = 10, .retry = {.max_attempts = 3, .backoff = 100us}},
                    BatcherOptions{.limit = 10, .hibernate_after = 1ms, .queue = {.capacity = 50}},
                    BatcherOptions{.limit = 10,
                                   .order = BatchOrder::lifo,
                                   .retry = {.max_attempts = 3, .backoff = 100us},
                                   .max_concurrent_batches = 3},
                    BatcherOptions{.limit = 10,
                                   .queue = {.capacity = 500, .on_full = OnFull::drop_oldest}}));

TEST_P(BatcherStress, AccountsForEveryItemUnderPopsFlushesDrainsAndFailures) {
  constexpr int each = 3'000;
  Log log;
  Checking::ordered = GetParam().max_concurrent_batches == 1;
  Runtime runtime{{.threads = 4}};
  Checks batcher{runtime, GetParam(), &log};
  Disturbed disturbed;
  std::jthread disturber([&] { disturbed = disturb(batcher); });

  poolder_tests::on_threads(producers, [&](std::size_t producer) {
    push_some(batcher, static_cast<int>(producer), each);
  });
  EXPECT_TRUE(batcher.drain(patience));
  const BatcherStats drained = batcher.stats();
  batcher.stop();
  disturber.join();

  const BatcherStats stats = batcher.stats();
  EXPECT_EQ(drained.held, 0u);
  EXPECT_EQ(stats.items + stats.dropped + disturbed.popped,
            static_cast<std::uint64_t>(each) * producers);
  if (GetParam().queue.on_full != OnFull::drop_oldest) {
    EXPECT_EQ(log.seen, stats.items + stats.dropped);
  }
  EXPECT_LE(log.most, static_cast<int>(GetParam().max_concurrent_batches));
  EXPECT_EQ(log.out_of_order, 0u);
  EXPECT_EQ(log.alive, 0);
}

TEST_P(BatcherStress, HandlesAllThatItTookInWhenItIsStoppedUnderItsProducers) {
  for (int time = 0; time < 40; ++time) {
    Log log;
    Checking::ordered = false;
    Runtime runtime{{.threads = 2}};
    Checks batcher{runtime, GetParam(), &log};
    std::atomic<std::uint64_t> pushed{0};
    std::vector<std::jthread> busy;
    for (int producer = 0; producer < producers; ++producer)
      busy.emplace_back([&, producer] {
        while (!error_of([&] { batcher.push({producer, 1, std::make_unique<int>(1)}); })) ++pushed;
      });
    while (pushed < 500) std::this_thread::yield();

    batcher.stop();
    busy.clear();

    const BatcherStats stats = batcher.stats();
    EXPECT_EQ(stats.items + stats.dropped, pushed);
    EXPECT_EQ(stats.held, 0u);
    EXPECT_EQ(log.alive, 0);
  }
}

bool use(Checks& batcher) {
  thread_local unsigned turn = 0;
  const auto code = error_of([&] {
    batcher.push({0, 1, std::make_unique<int>(1)});
    if (++turn % 8 == 0) batcher.flush();
  });
  return !code;
}

TEST(BatcherStartStop, BearsEveryEndWhileItsUsersNeverPause) {
  Log log;
  Checking::ordered = false;
  const poolder_tests::Ends<Checks> ends{
      [&](Runtime& runtime) {
        return std::make_unique<Checks>(
            runtime, BatcherOptions{.name = "checks", .limit = 5, .timeout = 1ms}, &log);
      },
      use, [&] { EXPECT_EQ(log.alive, 0); }};

  ends.bear_all();
}

}  // namespace
