#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

namespace poolder::detail {

enum class CronField : std::size_t { second, minute, hour, day, month, weekday };

/// What a cron expression says, as sets of bits.
/// Invariant: no set is empty, and some date of the calendar matches.
struct CronFields {
  /// For each field, bit n: it takes the value n. Sunday is 0.
  std::array<std::uint64_t, 6> values{};

  /// For minute and hour, that they have a `*`: the expression runs through changes of the clock.
  /// For day and weekday, that they leave the date to the other: `*`, or every value without a
  /// step.
  std::array<bool, 6> open{};

  constexpr std::uint64_t& of(CronField field) { return values[static_cast<std::size_t>(field)]; }
  constexpr std::uint64_t of(CronField field) const {
    return values[static_cast<std::size_t>(field)];
  }
  constexpr bool& opens(CronField field) { return open[static_cast<std::size_t>(field)]; }
  constexpr bool opens(CronField field) const { return open[static_cast<std::size_t>(field)]; }

  friend constexpr bool operator==(const CronFields&, const CronFields&) = default;
};

}  // namespace poolder::detail
