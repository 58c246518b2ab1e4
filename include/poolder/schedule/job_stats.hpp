#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <poolder/core/duration.hpp>

namespace poolder {

/// A scheduler's job, as it stands.
struct JobStats {
  std::string name;
  std::string when;       ///< the cron expression, or "every 5 s"; "never" where it has no time
  bool running;           ///< a run is under way, its retries included
  std::uint64_t runs;     ///< that have begun; the attempts of one count once
  std::uint64_t failed;   ///< runs that were given up after their last attempt
  std::uint64_t skipped;  ///< times at which it was due and did not run: Overlap, Missed, cancelled
  std::optional<std::chrono::system_clock::time_point> last;  ///< the last run's begin
  std::optional<std::chrono::system_clock::time_point> next;  ///< none while it is paused
  Duration lateness_p99;     ///< from due to begin, to one part in four; 0 below a microsecond
  std::uint64_t queued = 0;  ///< runs that begin one after another once the present one has ended
  bool paused = false;
};

}  // namespace poolder
