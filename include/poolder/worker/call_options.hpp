#pragma once

#include <optional>

#include <poolder/core/duration.hpp>
#include <poolder/worker/route.hpp>

namespace poolder {

/// How one call differs from the others of its engine.
struct CallOptions {
  std::optional<Duration> timeout{};  ///< default: the engine's call_timeout
  std::optional<Route> route{};       ///< default: the pool's routing; for pools alone
  /// Routing::available alone: the longest wait for a worker, within the timeout. Then the request
  /// is withdrawn, as it is where the timeout passes before it has started, unless nobody waits for
  /// it: a future that is neither asked by get() nor given a then().
  std::optional<Duration> worker_timeout{};
};

namespace detail {

inline const CallOptions default_call{};

}  // namespace detail
}  // namespace poolder
