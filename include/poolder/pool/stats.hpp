#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include <poolder/core/duration.hpp>
#include <poolder/core/histogram.hpp>
#include <poolder/runtime/pid.hpp>

namespace poolder {

/// One slot, as it was a moment ago.
struct WorkerStats {
  Pid pid;
  std::size_t index = 0;
  std::size_t queue_length = 0;
  std::uint64_t processed = 0;  ///< jobs and calls that ended well
  std::uint64_t failed = 0;     ///< jobs given up after their last attempt, and calls that threw
  std::uint64_t restarts = 0;   ///< workers started in place of one that crashed or was killed
  bool busy = false;
  std::string_view task{};  ///< the type of the message that it handles now
  Duration runtime{0};      ///< how long it has been at it, to about a millisecond
};

/// Counts of a pool; those of single workers, and of a pool that is at work, are of slightly
/// different moments.
struct PoolStats {
  std::string name;
  std::size_t size = 0;
  std::size_t next_worker = 0;    ///< whose turn it is with Routing::round_robin
  std::size_t queue_length = 0;   ///< of all queues together
  std::size_t shared_length = 0;  ///< of these, what waits for whoever is free (Routing::available)
  std::uint64_t processed = 0, failed = 0, retried = 0, dropped = 0, restarts = 0;
  std::uint64_t overruns = 0;  ///< reports of handlers that ran for too long, kills included
  LatencyStats waited, ran;    ///< sampled: about one message in 64
  std::vector<WorkerStats> workers;
};

}  // namespace poolder
