// The model's rules where many borrow at once, fail, are killed and come too late, while creation
// fails, time passes and the size changes: what is lent is lent once, the bounds hold at every
// moment, and in the end everything is back.

#include "lease/depot.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct RankedThings : CheckedThings {
  using CheckedThings::CheckedThings;
  template <class T>
  using Idle = LeastUsed<T>;
  template <class T>
  using Waiting = ByPriority<T>;
  template <class T>
  using Busy = Fifo<T>;
};

template <class Pool>
struct Borrower {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  using Held = decltype(std::declval<Pool&>().acquire());

  Borrower(Pool* its_pool, Runtime* its_runtime, detail::Random* its_random)
      : pool(its_pool), runtime(its_runtime), random(its_random) {}

  void handle_job(int) {
    std::optional<Held> lease;
    try {
      lease = borrow();
    } catch (const Error& error) {
      EXPECT_TRUE(error.code() == ErrorCode::timeout || error.code() == ErrorCode::worker_down)
          << error.what();
    }
    if (!lease) return;
    EXPECT_FALSE((**lease)->busy()) << "lent twice";
    (**lease)->busy() = true;
    if (random->below(2) == 0) sleep_in(*runtime, std::chrono::microseconds{random->below(900)});
    (**lease)->busy() = false;
    end(std::move(*lease));
  }

  Pool* pool;
  Runtime* runtime;
  detail::Random* random;
  std::vector<Held> kept;

 private:
  std::optional<Held> borrow() {
    switch (random->below(4)) {
      case 0:
        return pool->try_acquire();
      case 1:
        return pool->acquire_async(std::chrono::microseconds{random->below(500)}).get();
      default:
        return pool->acquire(std::chrono::microseconds{random->below(2'000)},
                             static_cast<Priority>(random->below(4)));
    }
  }
  void end(Held lease) {
    if (random->below(8) == 0) (*lease)->broken = true;
    switch (random->below(8)) {
      case 0:
        return lease.discard();
      case 1:
        throw Planned{};
      case 2:
        return kept.push_back(std::move(lease));
      default:
        kept.clear();
    }
  }
};

LeasePoolOptions drawn_options(detail::Random& random) {
  LeasePoolOptions options;
  options.size = random.below(4);
  options.max_overflow = random.below(3) + (options.size == 0 ? 1 : 0);
  options.min_size = random.below(2);
  options.max_size = options.size + options.max_overflow + random.below(3);
  options.max_size = std::max<std::size_t>({options.max_size, options.min_size, 1});
  if (random.below(2) == 0) options.overflow_linger = std::chrono::microseconds{random.below(900)};
  options.retry_interval = 100us;
  if (random.below(3) == 0) options.max_idle = 300us;
  if (random.below(3) == 0) options.max_lifetime = 1ms;
  options.lazy = random.below(2) == 0;
  return options;
}

template <class D>
void play(std::uint64_t seed) {
  DepotStage stage{seed};
  detail::Random random{seed};
  const LeasePoolOptions options = drawn_options(random);
  LeasePool<D> pool{stage.runtime, options, &stage.depot};
  {
    Pool<Borrower<LeasePool<D>>> borrowers{
        stage.runtime, PoolOptions{.size = 5, .restart = lenient, .shutdown = infinity}, &pool,
        &stage.runtime, &random};
    for (int round = 0; round < 25; ++round) {
      for (int i = 0; i < 8; ++i) borrowers.cast(i);
      if (random.below(4) == 0) borrowers.kill(borrowers.worker(random.below(5)));
      if (random.below(4) == 0) pool.add_idle(1 + random.below(2));
      if (random.below(4) == 0) pool.remove_idle(1 + random.below(3));
      stage.depot.refuses = random.below(4) == 0;
      stage.runtime.advance(std::chrono::microseconds{random.below(900)});
      const LeaseStatus status = pool.status();
      EXPECT_LE(status.busy, options.max_size);
      EXPECT_LE(status.idle + status.busy, options.max_size);
      if (status.idle > 0) {
        EXPECT_EQ(status.waiting, 0u);
      }
    }
    stage.depot.refuses = false;
    EXPECT_TRUE(borrowers.drain(1h));
  }
  stage.runtime.advance(1s);
  const LeaseStats stats = pool.stats();
  EXPECT_EQ(stats.now.busy, 0u);
  EXPECT_EQ(stats.now.waiting, 0u);
  EXPECT_EQ(stats.never_given, 0u);
  EXPECT_EQ(stats.creating, 0u);
  EXPECT_EQ(static_cast<std::size_t>(stage.depot.alive()), stats.now.idle);
  EXPECT_EQ(stats.created, static_cast<std::uint64_t>(stage.depot.made));
  const std::size_t room = options.max_size - stats.size;
  auto all =
      acquire_some(pool, static_cast<int>(stats.size + std::min(options.max_overflow, room)));
  EXPECT_EQ(pool.status().state, State::full) << "capacity has drifted";
  EXPECT_FALSE(pool.try_acquire());
}

TEST(LeasePoolChaos, LendsOnceKeepsItsBoundsAndGetsEverythingBack) { for_each_seed(&play<Things>); }

TEST(LeasePoolChaos, DoesSoWithHooksAndOrdersOfItsOwn) { for_each_seed(&play<RankedThings>); }

/// Throws now and then, and forgets.
template <class T>
class Unreliable {
 public:
  void add(T item) {
    if (++calls_ % 3 == 0) throw std::bad_alloc{};
    if (calls_ % 5 != 0) items_.add(item);
  }
  std::optional<T> pop() {
    if (++calls_ % 7 == 0) throw Planned{};
    return items_.pop();
  }
  bool empty() const { return items_.empty(); }
  std::size_t size() const { return items_.size(); }

 private:
  Lifo<T> items_;
  int calls_ = 0;
};

struct UnreliableThings : CheckedThings {
  using CheckedThings::CheckedThings;
  template <class T>
  using Idle = Unreliable<T>;
  template <class T>
  using Waiting = Unreliable<T>;
  template <class T>
  using Busy = Unreliable<T>;
};

TEST(LeasePoolChaos, LosesNothingToCollectionsThatThrowAndForget) {
  for_each_seed(&play<UnreliableThings>);
}

/// Gives one thing, and that for ever.
template <class T>
class Stuck {
 public:
  void add(T item) {
    if (!first_) first_ = item;
  }
  std::optional<T> pop() { return first_; }
  bool empty() const { return !first_; }
  std::size_t size() const { return first_ ? 1 : 0; }

 private:
  std::optional<T> first_;
};

struct StuckThings : CheckedThings {
  using CheckedThings::CheckedThings;
  template <class T>
  using Idle = Stuck<T>;
  template <class T>
  using Waiting = Stuck<T>;
  template <class T>
  using Busy = Stuck<T>;
};

TEST(LeasePoolChaos, IsNotHeldUpByCollectionsThatRepeatThemselves) {
  for_each_seed(&play<StuckThings>, 100);
}

template <class T>
struct Counted : Lifo<T> {
  void add(T item) {
    Lifo<T>::add(item);
    EXPECT_LT(this->size(), 250u);
  }
};
struct CountedThings : Things {
  using Things::Things;
  template <class T>
  using Waiting = Counted<T>;
};

// Callers that come and give up, while nothing ever comes back: what they leave in a collection
// of the definition's stays bounded, and the order of the rest is kept.
TEST(LeasePoolChaos, WhoGivesUpDoesNotFillACollection) {
  for_each_seed(
      [](std::uint64_t seed) {
        DepotStage stage{seed};
        LeasePool<CountedThings> pool{stage.runtime, LeasePoolOptions{.size = 1}, &stage.depot};
        auto held = pool.acquire();
        auto first = pool.acquire_async(infinity);
        for (int i = 0; i < 10; ++i) {
          std::vector<Future<Lease<Things::Resource>>> late;
          for (int each = 0; each < 50; ++each) late.push_back(pool.acquire_async(1us));
          stage.runtime.advance(1us);
          for (auto& each : late)
            EXPECT_EQ(error_of([&] { return each.get(0s); }), ErrorCode::timeout);
        }
        auto last = pool.acquire_async(infinity);
        EXPECT_EQ(pool.status().waiting, 2u);

        held.release();
        EXPECT_TRUE(last.ready());
        EXPECT_FALSE(first.ready());
      },
      20);
}

}  // namespace
