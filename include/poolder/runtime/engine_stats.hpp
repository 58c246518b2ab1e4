#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace poolder {

/// What all engines count, each in its own units; 0 where it makes no sense. The engine's own
/// stats() says more.
struct EngineStats {
  std::string_view kind{};  ///< its class, e.g. "Pool"; a literal
  std::string_view type{};  ///< with its definition; a literal
  std::string name{};
  std::size_t size = 0;    ///< workers, children, jobs, or how many may run at a time
  std::size_t busy = 0;    ///< of these, at work now
  std::size_t queued = 0;  ///< messages, items, tasks or runs that wait
  std::uint64_t processed = 0, failed = 0, retried = 0, dropped = 0;
  std::uint64_t restarts = 0;  ///< of workers, or children
};

/// The engines of a runtime that have not ended, oldest first, each as it was a moment ago.
struct RuntimeStats {
  std::vector<EngineStats> engines;
  std::uint64_t callbacks_failed = 0;  ///< how often a callback of a subscription threw
};

}  // namespace poolder
