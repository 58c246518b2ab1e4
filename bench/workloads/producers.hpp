#pragma once

#include <cstddef>
#include <latch>
#include <thread>
#include <vector>

#include "../harness/process.hpp"

namespace bench {

/// Splits `jobs` among threads, which all begin at once, and calls produce(jobs of its own) in
/// each; a single one is the calling thread itself. `finish` waits until all is processed. Returns
/// the seconds between.
template <class Produce, class Finish>
double time_producers(std::size_t producers, std::size_t jobs, const Produce& produce,
                      const Finish& finish) {
  if (producers == 1) {
    const auto start = Clock::now();
    produce(jobs);
    finish();
    return seconds_since(start);
  }
  std::latch begin{1};
  std::vector<std::jthread> threads;
  for (std::size_t i = 0; i < producers; ++i) {
    const std::size_t share = jobs / producers + (i < jobs % producers ? 1 : 0);
    threads.emplace_back([&, share] {
      begin.wait();
      produce(share);
    });
  }
  const auto start = Clock::now();
  begin.count_down();
  finish();
  return seconds_since(start);
}

}  // namespace bench
