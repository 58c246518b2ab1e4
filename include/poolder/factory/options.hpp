#pragma once

#include <chrono>
#include <string_view>

#include <poolder/core/duration.hpp>
#include <poolder/worker/options.hpp>

namespace poolder {

struct FactoryPoolOptions {
  std::string_view name{};  ///< unique among the factories of a runtime; empty: none
  Duration call_timeout = std::chrono::seconds{5};  ///< of a call that says nothing else
  RestartPolicy restart{};  ///< of all children together: more crashes, and the factory gives up
  Duration shutdown = std::chrono::seconds{
      5};  ///< how long a handler may go on when its child or the factory ends; 0: not at all
};

namespace detail {

/// Throws Error{invalid_argument} naming field, value and rule.
void check(const FactoryPoolOptions& options);

}  // namespace detail
}  // namespace poolder
