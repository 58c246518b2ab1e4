#pragma once

#include <chrono>
#include <thread>

#include "../harness/process.hpp"
#include "../harness/session.hpp"

namespace bench {

/// What this process uses while it has nothing to do, after a moment to settle.
inline void rest(std::chrono::milliseconds span, Run& run) {
  std::this_thread::sleep_for(std::chrono::milliseconds{300});
  const Usage before = Usage::now();
  std::this_thread::sleep_for(span);
  const Usage after = Usage::now();
  run.record("cpu, in all", Unit::nanoseconds, (after.cpu_seconds() - before.cpu_seconds()) * 1e9);
  run.record("switches", Unit::count, static_cast<double>(after.switches - before.switches));
}

}  // namespace bench
