// poolboy's model where several borrow at once: whenever nothing is runnable, what the borrowers
// say that they have is what the pool says is out, and, unless something is being made, all else
// follows from that.

#include "lease/depot.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

/// How many have something, by their own word.
struct Books {
  ThingPool& pool;
  Runtime& runtime;
  detail::Random random;
  std::size_t out = 0;
};

struct Borrower {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  explicit Borrower(Books* its_books) : books(*its_books) {}
  ~Borrower() {
    if (kept) --books.out;
  }
  Borrower(const Borrower&) = delete;
  Borrower& operator=(const Borrower&) = delete;

  void handle_job(int) {
    std::optional<ThingLease> lease = borrow();
    if (!lease) return;
    EXPECT_FALSE((**lease)->busy()) << "lent twice";
    ++books.out;
    (**lease)->busy() = true;
    sleep_in(books.runtime, span(900));
    (**lease)->busy() = false;
    end(std::move(*lease));
  }

  Books& books;
  std::optional<ThingLease> kept;

 private:
  Duration span(std::uint32_t most) {
    return std::chrono::microseconds{1 + books.random.below(most)};
  }
  std::optional<ThingLease> borrow() {
    try {
      switch (books.random.below(4)) {
        case 0:
          return books.pool.try_acquire();
        case 1:
          return books.pool.acquire_async(span(900)).get();
        default:
          return books.pool.acquire(span(2'000));
      }
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::timeout);
      return std::nullopt;
    }
  }
  void end(ThingLease lease) {
    if (books.random.below(8) == 0) {
      kept = std::move(lease);  // and it is out still, until the crash
      throw Planned{};
    }
    --books.out;
    if (books.random.below(6) == 0) return lease.discard();
  }
};

void check(Books& books, const Depot& depot, const LeasePoolOptions& options) {
  const LeaseStats stats = books.pool.stats();
  if (stats.creating > 0) return;
  const std::size_t size = stats.size;
  const std::size_t capacity = size + std::min(options.max_overflow, options.max_size - size);
  const std::size_t out = books.out;
  expect_status(stats.now, size > out ? size - out : 0, out, out > size ? out - size : 0,
                stats.now.waiting);
  EXPECT_EQ(static_cast<std::size_t>(depot.alive()), stats.now.idle + out);
  if (stats.now.waiting > 0) {
    EXPECT_GE(out, capacity) << "somebody waits though there may be more";
  }
  EXPECT_EQ(books.pool.try_acquire().has_value(), out < capacity);
}

void play(std::uint64_t seed) {
  DepotStage stage{seed};
  detail::Random random{seed};
  LeasePoolOptions options;
  options.size = random.below(4);
  options.max_overflow = random.below(3) + (options.size == 0 ? 1 : 0);
  options.max_size = options.size + options.max_overflow + random.below(3);
  if (random.below(3) == 0) options.max_lifetime = 1ms;
  if (random.below(2) == 0) stage.depot.making_takes = std::chrono::microseconds{random.below(200)};
  ThingPool pool{stage.runtime, options, &stage.depot};
  Books books{pool, stage.runtime, detail::Random{seed}};
  Pool<Borrower> borrowers{
      stage.runtime, PoolOptions{.size = 5, .restart = lenient, .shutdown = infinity}, &books};
  const std::uint32_t at_once = 1 + random.below(4);
  for (int round = 0; round < 25 && !testing::Test::HasFailure(); ++round) {
    for (std::uint32_t i = random.below(at_once + 1); i > 0; --i) borrowers.cast(1);
    if (random.below(8) == 0) pool.add_idle(1 + random.below(2));
    if (random.below(8) == 0) pool.remove_idle(1 + random.below(2));
    stage.runtime.advance(std::chrono::microseconds{random.below(500)});
    check(books, stage.depot, options);
  }
  EXPECT_TRUE(borrowers.drain(1h));
  stage.runtime.advance(1s);
  EXPECT_EQ(pool.stats().creating, 0u);
  check(books, stage.depot, options);
}

TEST(LeasePoolModel, HoldsWhereSeveralBorrowAtOnce) { for_each_seed(&play, 100); }

}  // namespace
