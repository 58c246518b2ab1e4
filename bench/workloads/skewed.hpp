#pragma once

#include <atomic>
#include <chrono>
#include <cstddef>
#include <thread>
#include <vector>

#include "../harness/process.hpp"

namespace bench {

inline constexpr std::size_t skewed_workers = 8, skewed_callers = 8;
inline constexpr std::chrono::milliseconds long_wait{50};

/// One call in a hundred waits for 50 ms, the others compute for 20 us.
inline void skewed_work(bool slow) {
  if (slow) return std::this_thread::sleep_for(long_wait);
  const auto end = Clock::now() + std::chrono::microseconds{20};
  while (Clock::now() < end) {
  }
}

/// Several threads make `total` calls, every hundredth a slow one; what the short ones took.
/// `caller` makes a thread's own function to call.
template <class Caller>
std::vector<float> skewed_calls(std::size_t total, const Caller& caller) {
  std::atomic<std::size_t> next{0};
  std::vector<std::vector<float>> of_caller(skewed_callers);
  {
    std::vector<std::jthread> threads;
    threads.reserve(skewed_callers);
    for (auto& mine : of_caller)
      threads.emplace_back([&] {
        auto&& call = caller();
        for (std::size_t i = next++; i < total; i = next++) {
          const bool slow = i % 100 == 99;
          const auto before = Clock::now();
          call(i, slow);
          if (!slow) mine.push_back(static_cast<float>(nanoseconds_since(before)));
        }
      });
  }
  std::vector<float> all;
  for (const auto& mine : of_caller) all.insert(all.end(), mine.begin(), mine.end());
  return all;
}

}  // namespace bench
