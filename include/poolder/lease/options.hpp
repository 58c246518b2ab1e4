#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <poolder/core/duration.hpp>

namespace poolder {

/// A definition has `static constexpr poolder::LeasePoolOptions options{...};`.
struct LeasePoolOptions {
  std::string_view name{};       ///< unique among the lease pools of a runtime; empty: none
  std::size_t size = 5;          ///< resources that are kept; may be 0: overflow and add_idle alone
  std::size_t max_overflow = 0;  ///< more than that on demand
  std::size_t min_size = 0;      ///< floor for remove_idle and max_idle
  std::size_t max_size = unlimited;  ///< ceiling for add_idle and overflow together
  Duration overflow_linger{0};  ///< how long what is beyond `size` lives on idle; 0: not at all
  Duration checkout_timeout = std::chrono::seconds{5};  ///< of an acquire that names none
  Duration retry_interval =
      std::chrono::seconds{1};   ///< between tries to create a resource, after one has failed
  Duration max_idle = infinity;  ///< what lies idle this long is closed, not below min_size, and
                                 ///< created again on demand
  Duration max_lifetime = infinity;  ///< a resource this old is replaced when it comes back
  bool lazy = false;                 ///< created on first demand, not at the start
  Duration shutdown =
      std::chrono::seconds{5};  ///< how long stop() waits for what is lent; 0: not at all
};

namespace detail {

/// The rules that a lease pool's options must keep. One validator, for the compiler and for run
/// time.
enum class LeaseRule {
  none,
  max_size,
  min_above_max,
  size_above_max,
  linger,
  checkout_timeout,
  retry_interval,
  max_idle,
  max_lifetime,
  shutdown,
};

constexpr LeaseRule broken_rule(const LeasePoolOptions& options) noexcept {
  if (options.max_size == 0) return LeaseRule::max_size;
  if (options.min_size > options.max_size) return LeaseRule::min_above_max;
  if (options.size > options.max_size) return LeaseRule::size_above_max;
  if (options.overflow_linger < Duration{0}) return LeaseRule::linger;
  if (options.checkout_timeout < Duration{0}) return LeaseRule::checkout_timeout;
  if (options.retry_interval <= Duration{0}) return LeaseRule::retry_interval;
  if (options.max_idle <= Duration{0}) return LeaseRule::max_idle;
  if (options.max_lifetime <= Duration{0}) return LeaseRule::max_lifetime;
  if (options.shutdown < Duration{0}) return LeaseRule::shutdown;
  return LeaseRule::none;
}

/// A definition's options, checked while compiling.
template <class Definition>
constexpr LeasePoolOptions lease_pool_options() {
  static_assert(
      requires { Definition::options; },
      "poolder: a lease pool's definition has `static constexpr poolder::LeasePoolOptions "
      "options{...}`, or the pool is given options");
  if constexpr (requires { Definition::options; }) {
    static_assert(
        std::is_same_v<std::remove_cv_t<decltype(Definition::options)>, LeasePoolOptions>,
        "poolder: a lease pool's `options` must be `static constexpr poolder::LeasePoolOptions "
        "options{...}`");
    constexpr LeaseRule broken = broken_rule(Definition::options);
    static_assert(broken != LeaseRule::max_size,
                  "poolder: LeasePoolOptions.max_size must be at least 1");
    static_assert(broken != LeaseRule::min_above_max,
                  "poolder: LeasePoolOptions.min_size must not be above max_size");
    static_assert(broken != LeaseRule::size_above_max,
                  "poolder: LeasePoolOptions.size must not be above max_size");
    static_assert(broken != LeaseRule::linger,
                  "poolder: LeasePoolOptions.overflow_linger must not be negative");
    static_assert(broken != LeaseRule::checkout_timeout,
                  "poolder: LeasePoolOptions.checkout_timeout must not be negative");
    static_assert(broken != LeaseRule::retry_interval,
                  "poolder: LeasePoolOptions.retry_interval must be above 0");
    static_assert(broken != LeaseRule::max_idle,
                  "poolder: LeasePoolOptions.max_idle must be above 0");
    static_assert(broken != LeaseRule::max_lifetime,
                  "poolder: LeasePoolOptions.max_lifetime must be above 0");
    static_assert(broken != LeaseRule::shutdown,
                  "poolder: LeasePoolOptions.shutdown must not be negative");
    return Definition::options;
  } else {
    return {};
  }
}

/// Throws Error{invalid_argument} that names the field, the rule and the value.
void check(const LeasePoolOptions& options);

}  // namespace detail
}  // namespace poolder
