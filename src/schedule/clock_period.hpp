#pragma once

#include <chrono>

namespace poolder::detail {

/// A stretch of time, [begin, end), in which a zone's clock is not changed.
struct ClockPeriod {
  std::chrono::sys_seconds begin, end;
  std::chrono::seconds offset;  ///< local time - UTC

  std::chrono::local_seconds local(std::chrono::sys_seconds time) const {
    return std::chrono::local_seconds{time.time_since_epoch() + offset};
  }
  std::chrono::sys_seconds when(std::chrono::local_seconds local) const {
    return std::chrono::sys_seconds{local.time_since_epoch() - offset};
  }
};

}  // namespace poolder::detail
