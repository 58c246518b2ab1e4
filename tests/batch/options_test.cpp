#include <string>

#include <gtest/gtest.h>

#include <poolder/batch/batcher.hpp>

#include "support/error_of.hpp"

using namespace std::chrono_literals;
using namespace poolder;
using poolder_tests::words_of;

namespace {

std::string said(const BatcherOptions& options) {
  return words_of([&] { detail::check(options); });
}

TEST(BatcherOptionsRules, NameTheFieldTheRuleAndTheValue) {
  const std::string start = "poolder: invalid_argument: BatcherOptions.";
  EXPECT_EQ(said({.limit = 0}), start + "limit must be at least 1; it is 0");
  EXPECT_EQ(said({.timeout = 0s}), start + "timeout must be above 0; it is 0 ms");
  EXPECT_EQ(said({.hibernate_after = -1s}),
            start + "hibernate_after must be above 0; it is -1000 ms");
  EXPECT_EQ(said({.timeout = 2s, .hibernate_after = 2s}),
            start + "hibernate_after must be above timeout; they are 2000 ms and 2000 ms");
  EXPECT_EQ(said({.max_concurrent_batches = 0}),
            start + "max_concurrent_batches must be at least 1; it is 0");
  EXPECT_EQ(said({.max_weight = 0}), start + "max_weight must be at least 1; it is 0");
  EXPECT_EQ(said({.queue = {.capacity = 0}}), start + "queue.capacity must be at least 1; it is 0");
  EXPECT_EQ(said({.queue = {.order = QueueOrder::lifo}}),
            start +
                "queue.order must be left as it is: BatcherOptions.order says how a batch lies; it "
                "is lifo");
  EXPECT_EQ(said({.queue = {.max_wait = 3s}}),
            start +
                "queue.max_wait must be left as it is: an item waits for its batch, up to "
                "BatcherOptions.timeout; it is 3000 ms");
  EXPECT_EQ(said({.retry = {.max_attempts = 0}}),
            start + "retry.max_attempts must be at least 1: it counts the first attempt");
  EXPECT_EQ(said({.retry = {.backoff = -1s}}), start + "retry.backoff must not be negative");
  EXPECT_EQ(said({.retry = {.factor = 0.5}}), start + "retry.factor must be at least 1");
  EXPECT_EQ(said({.retry = {.jitter = 2}}), start + "retry.jitter must be between 0 and 1");
  EXPECT_EQ(said({.shutdown = -1s}), start + "shutdown must not be negative; it is -1000 ms");
}

// D-11: no limit of time is no number.
TEST(BatcherOptionsRules, LetInfinityBe) {
  EXPECT_EQ(said({}), "");
  EXPECT_EQ(said({.hibernate_after = 1s}), "");
  EXPECT_EQ(said({.timeout = 1s}), "");
  EXPECT_EQ(said({.timeout = 1s, .hibernate_after = 1001ms}), "");
}

struct Weightless {
  using Item = int;
  void handle_batch(Batch<int>&) {}
};

TEST(BatcherOptionsRules, AskForAWeighWhereThereIsAMaximum) {
  Runtime runtime{{.threads = 1}};

  EXPECT_EQ(words_of([&] {
              Batcher<Weightless> batcher{runtime, BatcherOptions{.max_weight = 3}};
            }),
            "poolder: invalid_argument: BatcherOptions.max_weight is set, but the definition has "
            "no `std::size_t weigh(const Item&)`");
}

}  // namespace
