#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../harness/process.hpp"
#include "../harness/session.hpp"

namespace bench {

inline constexpr int resources = 8;
inline constexpr std::size_t sample_every = 16;  ///< pairs of which one is timed

/// Borrows from a pool with int acquire() and release(int).
template <class Resources>
struct ByHand {
  Resources pool{resources};
  std::vector<int> numbers = std::vector<int>(resources);

  void pair() {
    const int taken = pool.acquire();
    ++numbers[static_cast<std::size_t>(taken)];
    pool.release(taken);
  }
  std::size_t borrowed() const {
    std::size_t sum = 0;
    for (const int each : numbers) sum += static_cast<std::size_t>(each);
    return sum;
  }
};

template <class Pool>
std::vector<float> pairs(Pool& pool, std::size_t count) {
  std::vector<float> nanoseconds;
  nanoseconds.reserve(count / sample_every + 1);
  for (std::size_t i = 0; i < count; ++i) {
    if (i % sample_every != 0) {
      pool.pair();
      continue;
    }
    const auto start = Clock::now();
    pool.pair();
    nanoseconds.push_back(static_cast<float>(nanoseconds_since(start)));
  }
  return nanoseconds;
}

/// Pairs of acquire and release by that many threads at once.
template <class Pool>
Subject borrowed(std::string name, std::size_t threads, std::size_t count) {
  auto pool = std::make_shared<Pool>();
  return {std::move(name), [=](Run& run) {
            const std::size_t all_pairs = count / threads * threads;
            const std::size_t before = pool->borrowed();
            std::vector<std::vector<float>> samples(threads);
            const auto start = Clock::now();
            {
              std::vector<std::jthread> borrowers;
              for (std::size_t i = 1; i < threads; ++i)
                borrowers.emplace_back([&, i] { samples[i] = pairs(*pool, count / threads); });
              samples[0] = pairs(*pool, count / threads);
            }
            run.rate(all_pairs, seconds_since(start));
            expect_equal(pool->borrowed() - before, all_pairs, "what the borrowers added up to");
            std::vector<float> all;
            for (const auto& each : samples) all.insert(all.end(), each.begin(), each.end());
            run.latencies(all);
            run.record("longest", Unit::nanoseconds, all.back());
          }};
}

}  // namespace bench
