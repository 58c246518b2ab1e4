#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace poolder {

/// Every span of time in poolder: any std::chrono literal converts to it.
using Duration = std::chrono::nanoseconds;

/// No limit of time: waits as long as it takes.
inline constexpr Duration infinity = Duration::max();

/// No limit of number.
inline constexpr std::size_t unlimited = static_cast<std::size_t>(-1);

namespace detail {

/// A moment of a runtime's clock, in nanoseconds since the steady clock's epoch. `never` is later
/// than any.
using Ticks = std::int64_t;
inline constexpr Ticks never = INT64_MAX;

/// now + span without overflow. A negative span is none.
constexpr Ticks after(Ticks now, Duration span) noexcept {
  if (span.count() <= 0) return now;
  return span.count() >= never - now ? never : now + span.count();
}

}  // namespace detail
}  // namespace poolder
