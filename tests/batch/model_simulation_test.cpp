// A batcher beside a model of it: a deque, and a list of what has been handed over.

#include <algorithm>
#include <deque>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

using Numbers = std::vector<int>;

std::size_t weight_of(int item) { return static_cast<std::size_t>(item % 7); }

struct Log {
  std::vector<Numbers> handled, dropped;  // in the order they ended
  std::vector<Numbers> ended;
  detail::Random random{1};
  bool busy = false;
};

/// Fails at random, and finds the same items at each attempt.
struct Recorder {
  using Item = int;
  explicit Recorder(Log* its_log) : log(its_log) {}

  static std::size_t weigh(const int& item) { return weight_of(item); }
  void handle_batch(Batch<int>& batch) {
    const Alone alone{log->busy};
    const Numbers items(batch.begin(), batch.end());
    EXPECT_FALSE(items.empty());
    if (!attempted.empty()) {
      EXPECT_EQ(items, attempted);
    }
    attempted = items;
    if (log->random.below(3) == 0) throw Planned{};
    log->handled.push_back(items);
    log->ended.push_back(items);
    attempted.clear();
  }
  void handle_dropped(Batch<int>& batch, const Failure&) {
    const Alone alone{log->busy};
    const Numbers items(batch.begin(), batch.end());
    EXPECT_EQ(items, attempted);
    log->dropped.push_back(items);
    log->ended.push_back(items);
    attempted.clear();
  }

  Log* log;
  Numbers attempted;
};

/// What a batcher of those options does, without threads, time and failures.
class Model {
 public:
  explicit Model(const BatcherOptions& options) : options_(options) {}

  void push(int item, Duration now) {
    if (!fits(item)) hand_over();
    if (open_.empty()) deadline_ = now + options_.timeout;
    open_.push_back(item);
    hand_over_if_filled();
  }
  void push_front(int item, Duration now) {
    if (!fits(item)) return handed_over_.push_back({item});
    if (open_.empty()) deadline_ = now + options_.timeout;
    open_.push_front(item);
    hand_over_if_filled();
  }
  std::optional<int> pop_at(std::size_t index) {
    if (index >= open_.size()) return std::nullopt;
    const auto at = open_.begin() + static_cast<std::ptrdiff_t>(index);
    const int item = *at;
    open_.erase(at);
    return item;
  }
  void hand_over() {
    if (open_.empty()) return;
    Numbers batch(open_.begin(), open_.end());
    if (options_.order == BatchOrder::lifo) std::reverse(batch.begin(), batch.end());
    handed_over_.push_back(std::move(batch));
    open_.clear();
  }
  void pass_to(Duration now) {
    if (!open_.empty() && deadline_ <= now) hand_over();
  }

  std::size_t size() const { return open_.size(); }
  const std::vector<Numbers>& handed_over() const { return handed_over_; }

 private:
  std::size_t weight() const {
    std::size_t sum = 0;
    for (const int each : open_) sum += weight_of(each);
    return sum;
  }
  bool fits(int item) const {
    return open_.empty() || options_.max_weight == unlimited ||
           weight() + weight_of(item) <= options_.max_weight;
  }
  void hand_over_if_filled() {
    if (open_.size() >= options_.limit || weight() >= options_.max_weight) hand_over();
  }

  const BatcherOptions options_;
  std::deque<int> open_;
  Duration deadline_{0};
  std::vector<Numbers> handed_over_;
};

BatcherOptions drawn_options(detail::Random& random) {
  BatcherOptions options;
  options.limit = 1 + random.below(random.below(2) == 0 ? 8 : 40);
  options.timeout = std::chrono::milliseconds{1 + random.below(30)};
  options.order = random.below(2) == 0 ? BatchOrder::fifo : BatchOrder::lifo;
  if (random.below(2) == 0) options.max_weight = 1 + random.below(30);
  options.retry.max_attempts = 1 + static_cast<int>(random.below(3));
  if (random.below(2) == 0) options.retry.backoff = std::chrono::milliseconds{random.below(9)};
  options.shutdown = infinity;
  return options;
}

TEST(BatcherModel, HandsOverWhatTheModelDoesInItsOrder) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    log.random = detail::Random{seed};
    detail::Random random{seed};
    const BatcherOptions options = drawn_options(random);
    Model model{options};
    SimulatedRuntime runtime{seed};
    Batcher<Recorder> batcher{runtime, options, &log};
    const auto start = runtime.now();
    std::size_t pushed = 0, popped = 0;

    for (int item = 0; item < 120; ++item) {
      const Duration now = runtime.now() - start;
      switch (random.below(12)) {
        case 0:
          batcher.push_front(item);
          model.push_front(item, now);
          ++pushed;
          break;
        case 1: {
          const std::size_t index = random.below(6);
          const auto expected = model.pop_at(index);
          EXPECT_EQ(batcher.pop_at(index), expected);
          if (expected) ++popped;
          break;
        }
        case 2:
          if (random.below(3) != 0) break;
          batcher.flush();
          model.hand_over();
          break;
        case 3: {
          const Duration span = std::chrono::milliseconds{random.below(12)};
          runtime.advance(span);
          model.pass_to(now + span);
          break;
        }
        case 4: {
          Numbers some(random.below(80), item);
          batcher.push_all(some);
          for (const int each : some) model.push(each, now);
          pushed += some.size();
          break;
        }
        default:
          batcher.push(item);
          model.push(item, now);
          ++pushed;
      }
      EXPECT_EQ(batcher.size(), model.size());
    }
    batcher.stop();
    model.hand_over();

    EXPECT_EQ(log.ended, model.handed_over());
    const BatcherStats stats = batcher.stats();
    EXPECT_EQ(stats.items + stats.dropped, pushed - popped);
    EXPECT_EQ(stats.batches, log.handled.size());
    EXPECT_EQ(stats.failed, log.dropped.size());
    EXPECT_EQ(stats.held, 0u);
  });
}

/// Pushes numbers of its own, and pauses now and then.
struct Producer {
  Producer(Batcher<Recorder>* its_batcher, std::uint64_t seed)
      : batcher(its_batcher), random(seed) {}
  void handle_job(int first, Context& context) {
    for (int item = first; item < first + 30; ++item) {
      if (random.below(5) == 0) context.sleep(std::chrono::microseconds{random.below(900)});
      batcher->push(item);
      if (random.below(20) == 0) batcher->flush();
    }
  }
  Batcher<Recorder>* batcher;
  detail::Random random;
};

TEST(BatcherModel, HandsOverEachProducersItemsInTheOrderPushed) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    log.random = detail::Random{seed};
    SimulatedRuntime runtime{seed};
    Batcher<Recorder> batcher{runtime,
                              BatcherOptions{.limit = 7,
                                             .timeout = 2ms,
                                             .retry = {.max_attempts = 2, .backoff = 1ms},
                                             .queue = {.capacity = 20}},
                              &log};
    Pool<Producer> producers{runtime, PoolOptions{.size = 4}, &batcher, seed};

    for (int each = 0; each < 4; ++each) producers.cast(1'000 * each);
    EXPECT_TRUE(producers.drain(1h));
    EXPECT_TRUE(batcher.drain(1h));

    std::vector<Numbers> of_producer(4);
    for (const Numbers& batch : log.ended)
      for (const int item : batch)
        of_producer[static_cast<std::size_t>(item / 1'000)].push_back(item % 1'000);
    Numbers all(30);
    for (int i = 0; i < 30; ++i) all[static_cast<std::size_t>(i)] = i;
    for (const Numbers& each : of_producer) EXPECT_EQ(each, all);
  });
}

}  // namespace
