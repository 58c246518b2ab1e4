#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace poolder {

/// Counts of a tasker, all of one moment.
struct TaskerStats {
  std::string name;
  std::size_t limit = 0;
  std::size_t running = 0;             ///< more than `limit` only after set_limit has lowered that
  std::size_t queued = 0;              ///< a cancelled task counts until its turn comes
  std::uint64_t processed = 0;         ///< tasks that returned
  std::uint64_t failed = 0;            ///< tasks that threw
  std::uint64_t dropped = 0;           ///< tasks given up unrun, but for those that were cancelled
  std::uint64_t callbacks_failed = 0;  ///< functions given to callback() that threw
};

}  // namespace poolder
