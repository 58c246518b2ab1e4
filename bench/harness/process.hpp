#pragma once

#include <chrono>
#include <cstddef>

namespace bench {

using Clock = std::chrono::steady_clock;

inline double seconds_since(Clock::time_point start) {
  return std::chrono::duration<double>(Clock::now() - start).count();
}
inline double nanoseconds_since(Clock::time_point start) {
  return std::chrono::duration<double, std::nano>(Clock::now() - start).count();
}

/// What this process has used so far, all threads together.
struct Usage {
  double user_seconds = 0, system_seconds = 0;
  long switches = 0;  ///< of context, voluntary and not

  static Usage now();
  /// The same without the calling thread.
  static Usage of_other_threads();
  double cpu_seconds() const noexcept { return user_seconds + system_seconds; }
};

/// Memory that this process holds, after what the allocator can return has been returned.
double resident_bytes();

/// How many processors this process may use: as many threads as a runtime has by default.
std::size_t processors();

}  // namespace bench
