#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace poolder {

/// Counts of a batcher, all of one moment.
struct BatcherStats {
  std::string name;
  std::size_t queued = 0;     ///< items not yet handed over
  std::size_t held = 0;       ///< items pushed and not yet handled, those queued included
  std::uint64_t items = 0;    ///< handled well
  std::uint64_t batches = 0;  ///< handled well
  std::uint64_t failed = 0;   ///< batches that were given up after an attempt
  std::uint64_t retried = 0;  ///< attempts after the first, begun
  std::uint64_t dropped =
      0;  ///< items given up: attempts used up, stopped, drop_oldest, or lost by a throw
};

}  // namespace poolder
