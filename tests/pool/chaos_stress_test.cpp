// Eight producers against everything that can happen to a pool, and all accounts settled at the
// end.

#include <array>
#include <atomic>
#include <stdexcept>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>
#include <poolder/pool/pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/threads.hpp"

using namespace std::chrono_literals;
using poolder::ErrorCode;
using poolder_tests::patience;

namespace {

// What became of each message, by its number.
struct Account {
  explicit Account(std::size_t jobs) : handled(jobs), destroyed(jobs) {}
  std::vector<std::atomic<int>> handled, destroyed;
};

// A job that tells when it is destroyed.
class Job {
 public:
  Job(Account& account, std::uint32_t number, bool crashes)
      : account_(&account), number_(number), crashes_(crashes) {}
  Job(Job&& other) noexcept
      : account_(std::exchange(other.account_, nullptr)),
        number_(other.number_),
        crashes_(other.crashes_) {}
  Job& operator=(Job&&) = delete;
  ~Job() {
    if (account_) ++account_->destroyed[number_];
  }

  void handle() const {
    if (crashes_) throw std::runtime_error("crash");
    ++account_->handled[number_];
  }

 private:
  Account* account_;
  std::uint32_t number_;
  bool crashes_;
};

struct Echo {
  int value;
  bool crashes;
};

struct Victim {
  static constexpr poolder::WorkerOptions options{.on_failure = poolder::OnFailure::restart};

  ~Victim() { EXPECT_FALSE(busy.exchange(true)); }

  void handle_job(const Job& job) {
    const OneAtATime check{busy};
    job.handle();
  }
  int handle_call(Echo echo) {
    const OneAtATime check{busy};
    if (echo.crashes) throw std::runtime_error("crash");
    return echo.value;
  }

  struct OneAtATime {
    std::atomic<bool>& busy;
    explicit OneAtATime(std::atomic<bool>& flag) : busy(flag) { EXPECT_FALSE(busy.exchange(true)); }
    ~OneAtATime() { busy = false; }
  };
  std::atomic<bool> busy{false};
};

using Victims = poolder::Pool<Victim>;

constexpr poolder::RestartPolicy for_ever{.max_restarts = 1'000'000, .period = 1s};

struct Answers {
  std::atomic<int> right{0}, wrong{0}, crashed{0}, worker_down{0}, other{0};
};

void ask(Victims& pool, Answers& answers, int value, bool crashes) {
  const auto reply = pool.try_call(Echo{value, crashes}, {.timeout = patience});
  if (reply.has_value()) {
    ++(reply.value() == value ? answers.right : answers.wrong);
  } else if (!reply.code()) {
    ++answers.crashed;
  } else {
    ++(reply.code() == ErrorCode::worker_down ? answers.worker_down : answers.other);
  }
}

// Everything that an operator might do, in an order drawn from the seed.
void disturb(Victims& pool, std::uint64_t seed, const std::atomic<bool>& over) {
  poolder::detail::Random random{seed};
  while (!over) {
    switch (random.below(4)) {
      case 0:
        pool.resize(1 + random.below(12));
        break;
      case 1:
        pool.pause();
        std::this_thread::yield();
        pool.resume();
        break;
      case 2:
        for (const poolder::Pid each : pool.workers()) pool.kill(each);
        break;
      case 3:
        pool.kill(pool.workers().front());
        break;
    }
    std::this_thread::yield();
  }
}

constexpr std::uint32_t producers = 8, jobs_each = 1'500;

void run_chaos(poolder::PoolOptions options) {
  poolder::Runtime runtime{{.threads = 4}};
  Account account{producers * jobs_each};
  Answers answers;
  std::atomic<int> calls{0}, crashing_jobs{0};
  {
    Victims pool{runtime, options};
    std::atomic<bool> over{false};
    std::jthread operator_one([&] { disturb(pool, 1, over); });
    std::jthread operator_two([&] { disturb(pool, 2, over); });

    poolder_tests::on_threads(producers, [&](std::size_t producer) {
      poolder::detail::Random random{producer + 10};
      for (std::uint32_t i = 0; i < jobs_each; ++i) {
        const bool crashes = random.below(50) == 0;
        crashing_jobs += crashes;
        pool.cast(Job{account, static_cast<std::uint32_t>(producer) * jobs_each + i, crashes});
        if (random.below(8) != 0) continue;
        ++calls;
        ask(pool, answers, static_cast<int>(i), random.below(20) == 0);
      }
    });
    over = true;
    operator_one.join();
    operator_two.join();
    pool.resume();

    EXPECT_TRUE(pool.drain(patience));

    const poolder::PoolStats stats = pool.stats();
    std::uint64_t handled = 0;
    for (auto& each : account.handled) {
      EXPECT_LE(each, 1);
      handled += static_cast<std::uint64_t>(each);
    }
    // Whatever was not handled is counted: the jobs that crashed, the messages of killed handlers,
    // and the oldest of a full queue.
    const auto given_up = producers * jobs_each - handled;
    EXPECT_GE(stats.dropped + static_cast<std::uint64_t>(0), given_up);
    EXPECT_GE(given_up + static_cast<std::uint64_t>(calls), stats.dropped);
    EXPECT_EQ(stats.queue_length, 0u);
    EXPECT_EQ(answers.wrong, 0);
    EXPECT_EQ(answers.other, 0);
    EXPECT_EQ(answers.right + answers.crashed + answers.worker_down, calls);
    EXPECT_GT(answers.right, 0);
    EXPECT_GT(handled, 0u);
  }
  for (auto& each : account.destroyed) EXPECT_EQ(each, 1);
}

TEST(Chaos, LosesNothingInUnboundedQueues) {
  run_chaos({.size = 4, .dynamic = true, .restart = for_ever});
}

TEST(Chaos, LosesNothingWhereSendersWaitForRoom) {
  run_chaos({.size = 4, .dynamic = true, .queue = {.capacity = 4}, .restart = for_ever});
}

TEST(Chaos, LosesNothingLastInFirstOut) {
  run_chaos({.size = 4,
             .dynamic = true,
             .queue = {.order = poolder::QueueOrder::lifo},
             .restart = for_ever});
}

TEST(Chaos, LosesNothingWithHashedRoutesAndInlineCalls) {
  run_chaos({.size = 4, .dynamic = true, .restart = for_ever, .inline_calls = true});
}

}  // namespace
