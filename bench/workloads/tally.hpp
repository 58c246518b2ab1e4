#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <utility>

#include <poolder/poolder.hpp>

#include "../harness/counter.hpp"
#include "../harness/session.hpp"
#include "producers.hpp"

namespace bench {

/// The smallest useful job.
struct Job {
  std::uint32_t value;
};

/// Adds up what it gets.
struct Tally {
  explicit Tally(Counter* all) : counter(all) {}

  void handle_job(const Job& job) {
    sum += job.value;
    counter->hit();
  }

  Counter* counter;
  std::uint64_t sum = 0;
};

/// A runtime with one pool of tallies, which knows what they should come to.
class TallyPool {
 public:
  explicit TallyPool(std::size_t workers, poolder::PoolOptions options = {})
      : pool_(runtime_, with_size(options, workers), &counter_) {}

  poolder::Pool<Tally>& pool() noexcept { return pool_; }
  Counter& counter() noexcept { return counter_; }

  /// Casts the jobs 0, 1, 2, ...
  void cast(std::size_t jobs) {
    for (std::size_t i = 0; i < jobs; ++i) pool_.cast(Job{static_cast<std::uint32_t>(i)});
  }

  /// The sum of the jobs 0, 1, 2, ...
  static std::uint64_t sum_of(std::size_t jobs) {
    return jobs == 0 ? 0 : static_cast<std::uint64_t>(jobs) * (jobs - 1) / 2;
  }

  /// Throws WrongResult unless each job was processed once; begins anew.
  void check(std::size_t jobs, std::uint64_t sum) {
    expect_equal(counter_.hits(), jobs, "jobs processed");
    std::uint64_t found = 0;
    for (std::size_t i = 0; i < pool_.size(); ++i)
      found += pool_.run([](Tally& tally) { return std::exchange(tally.sum, 0); },
                         {.route = poolder::Route::index(i)});
    expect_equal(found, sum, "the sum of the jobs");
  }

 private:
  static poolder::PoolOptions with_size(poolder::PoolOptions options, std::size_t workers) {
    options.size = workers;
    return options;
  }

  Counter counter_;
  poolder::Runtime runtime_;
  poolder::Pool<Tally> pool_;
};

/// Casts jobs from that many threads to that many workers, and checks the tallies.
Subject cast_to_pool(std::string name, std::size_t workers, std::size_t producers,
                     std::size_t jobs);

/// The same work by what programs use today: std::mutex with a condition variable, and oneTBB where
/// it was found.
std::vector<Subject> cast_to_peers(std::size_t producers, std::size_t jobs);

}  // namespace bench
