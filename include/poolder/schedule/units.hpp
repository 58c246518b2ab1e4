#pragma once

#include <chrono>

#include <poolder/core/duration.hpp>

/// Spans of time by name: `schedule("prune", units::hour)`. In a namespace of their own, and not
/// inline, because std::chrono has types named day, month and year: with `using namespace` of both,
/// none of them could be said.
///
/// A month is 30 days and a year 365: spans, not dates. For dates there is Cron ("@monthly").
namespace poolder::units {

inline constexpr Duration second = std::chrono::seconds{1};
inline constexpr Duration minute = std::chrono::minutes{1};
inline constexpr Duration hour = std::chrono::hours{1};
inline constexpr Duration day = 24 * hour;
inline constexpr Duration week = 7 * day;
inline constexpr Duration month = 30 * day;
inline constexpr Duration year = 365 * day;

}  // namespace poolder::units
