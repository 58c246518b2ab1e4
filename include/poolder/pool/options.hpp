#pragma once

#include <chrono>
#include <concepts>
#include <cstddef>
#include <string_view>

#include <poolder/core/duration.hpp>
#include <poolder/pool/overrun.hpp>
#include <poolder/worker/call_options.hpp>
#include <poolder/worker/options.hpp>
#include <poolder/worker/route.hpp>

namespace poolder {

/// A definition has `static constexpr poolder::PoolOptions options{...};`; a worker class
/// on its own gets them in the pool's constructor.
struct PoolOptions {
  std::string_view name{};                  ///< unique among the pools of a runtime; empty: none
  std::size_t size = 10;                    ///< workers, all constructed before the pool is
  bool dynamic = false;                     ///< start_worker, stop_worker and resize allowed
  Routing routing = Routing::round_robin;   ///< where messages go that say nothing else
  Placement placement = Placement::shared;  ///< dedicated: an OS thread for each; not with dynamic
  Duration call_timeout = std::chrono::seconds{5};  ///< of a call that says nothing else
  QueueOptions queue{};                             ///< of each slot
  OverrunOptions overrun{};                         ///< of handlers that run for too long
  RestartPolicy restart{};  ///< more crashes than this, and the pool gives up
  Duration shutdown =
      std::chrono::seconds{5};  ///< how long stop() waits for handlers; 0: not at all
  bool inline_calls = false;    ///< a call to an idle worker may run on the caller's thread; not
                                ///< where the worker has a thread of its own
};

namespace detail {

/// The rules that a pool's options must keep. One validator, for the compiler and for run time.
enum class PoolRule {
  none,
  size,
  too_large,
  capacity,
  max_wait,
  overrun,
  placement,
  restarts,
  call_timeout,
  shutdown
};

inline constexpr std::size_t largest_pool = std::size_t{1} << 24;
inline constexpr Duration longest_max_wait = std::chrono::hours{24 * 12};

constexpr PoolRule broken_rule(const PoolOptions& options) noexcept {
  if (options.size == 0) return PoolRule::size;
  if (options.size > largest_pool) return PoolRule::too_large;
  if (options.queue.capacity == 0) return PoolRule::capacity;
  if (options.queue.max_wait <= Duration{0}) return PoolRule::max_wait;
  if (options.queue.max_wait > longest_max_wait && options.queue.max_wait != infinity)
    return PoolRule::max_wait;
  if (options.overrun.warn_after <= Duration{0} || options.overrun.max_warnings < 0)
    return PoolRule::overrun;
  if (options.placement == Placement::dedicated && options.dynamic) return PoolRule::placement;
  if (options.restart.max_restarts < 0 || options.restart.period <= Duration{0})
    return PoolRule::restarts;
  if (options.call_timeout < Duration{0}) return PoolRule::call_timeout;
  if (options.shutdown < Duration{0}) return PoolRule::shutdown;
  return PoolRule::none;
}

template <class Definition>
concept HasPoolOptions = requires {
  { Definition::options } -> std::convertible_to<const PoolOptions&>;
};

template <class Definition>
constexpr PoolOptions checked_pool_options() {
  constexpr PoolRule broken = broken_rule(Definition::options);
  static_assert(broken != PoolRule::size, "poolder: PoolOptions.size must be at least 1");
  static_assert(broken != PoolRule::too_large, "poolder: PoolOptions.size must be at most 2^24");
  static_assert(broken != PoolRule::capacity,
                "poolder: PoolOptions.queue.capacity must be at least 1");
  static_assert(broken != PoolRule::max_wait,
                "poolder: PoolOptions.queue.max_wait must be above 0, and at most 12 days or "
                "infinity");
  static_assert(broken != PoolRule::overrun,
                "poolder: PoolOptions.overrun.warn_after must be above 0, and its max_warnings "
                "must not be negative");
  static_assert(
      broken != PoolRule::placement,
      "poolder: PoolOptions.placement cannot be dedicated where dynamic is set: a pool of "
      "workers with threads of their own keeps its size");
  static_assert(broken != PoolRule::restarts,
                "poolder: PoolOptions.restart.max_restarts must not be negative, and its period "
                "must be above 0");
  static_assert(broken != PoolRule::call_timeout,
                "poolder: PoolOptions.call_timeout must not be negative");
  static_assert(broken != PoolRule::shutdown, "poolder: PoolOptions.shutdown must not be negative");
  return Definition::options;
}

/// A definition's options, checked while compiling. A worker class by itself has none, or those of
/// a worker, and gets the defaults.
template <class Definition>
concept NamesAWorker = requires {
  typename Definition::Worker;
}
&&!std::same_as<typename Definition::Worker, Definition>;  // which each class called Worker has
template <class Definition>
constexpr PoolOptions pool_options() {
  if constexpr (HasPoolOptions<Definition>) {
    return checked_pool_options<Definition>();
  } else {
    static_assert(!NamesAWorker<Definition>,
                  "poolder: a pool's definition needs `static constexpr poolder::PoolOptions "
                  "options{...};`");
    return {};
  }
}

/// Throws Error{invalid_argument} with the same words and the value.
void check(const PoolOptions& options);

}  // namespace detail
}  // namespace poolder
