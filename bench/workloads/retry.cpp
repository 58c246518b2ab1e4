#include <memory>

#include <poolder/poolder.hpp>

#include "../harness/counter.hpp"
#include "../harness/process.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

struct NotYet {};

/// Succeeds at the third attempt.
struct Stubborn {
  Counter* counter;
};

struct AtOnce {
  static constexpr poolder::WorkerOptions options{.retry = {.max_attempts = 3}};
  void handle_job(const Stubborn& job, poolder::Context& context) {
    if (context.attempt() < 3) throw NotYet{};
    job.counter->hit();
  }
};
struct AfterBackoff {
  static constexpr poolder::WorkerOptions options{
      .retry = {.max_attempts = 3, .backoff = std::chrono::milliseconds{1}}};
  void handle_job(const Stubborn& job, poolder::Context& context) {
    if (context.attempt() < 3) throw NotYet{};
    job.counter->hit();
  }
};

template <class Worker>
struct Retries {
  Retries() : pool(runtime, {.size = 8}) {}

  Counter counter;
  poolder::Runtime runtime;
  poolder::Pool<Worker> pool;
};

template <class Worker>
Subject retried(std::string name, std::size_t jobs) {
  auto on = std::make_shared<Retries<Worker>>();
  return {std::move(name), [=](Run& run) {
            const std::uint64_t before = on->pool.stats().retried;
            on->counter.expect_hits(jobs);
            const auto start = Clock::now();
            for (std::size_t i = 0; i < jobs; ++i) on->pool.cast(Stubborn{&on->counter});
            on->counter.wait();
            run.rate(2 * jobs, seconds_since(start));
            expect_equal<std::uint64_t>(on->pool.stats().retried - before, 2 * jobs, "retries");
          }};
}

/// What the language itself asks for a failure.
Subject thrown(std::size_t times) {
  return {"throw + catch", [=](Run& run) {
            std::size_t caught = 0;
            const auto start = Clock::now();
            for (std::size_t i = 0; i < times; ++i) {
              try {
                throw NotYet{};
              } catch (const NotYet&) {
                ++caught;
              }
            }
            run.rate(caught, seconds_since(start));
          }};
}

}  // namespace

void retry(Session& session) {
  const std::size_t jobs = session.scaled(100'000);
  session.compare(
      "two retries for each job",
      {retried<AtOnce>("at once", jobs), retried<AfterBackoff>("after 1 ms", jobs), thrown(jobs)});
}

}  // namespace bench
