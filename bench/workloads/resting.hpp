#pragma once

#include <algorithm>
#include <chrono>
#include <cmath>
#include <thread>

#include "../harness/process.hpp"
#include "../harness/session.hpp"

namespace bench {

/// What all other threads use while they have nothing to do, after a moment to settle.
inline void rest(std::chrono::milliseconds span, Run& run) {
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  const Usage before = Usage::of_other_threads();
  std::this_thread::sleep_for(span);
  const Usage after = Usage::of_other_threads();
  // Microseconds are what the kernel counts in; the differences are of sums of them.
  run.record("cpu, in all", Unit::nanoseconds,
             std::max(0.0, std::round((after.cpu_seconds() - before.cpu_seconds()) * 1e6) * 1e3));
  run.record("switches", Unit::count, static_cast<double>(after.switches - before.switches));
}

}  // namespace bench
