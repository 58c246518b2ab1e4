#pragma once

#include <chrono>
#include <memory>
#include <string_view>
#include <utility>

#include "schedule/clock_period.hpp"

namespace poolder::detail {

/// How the clock of a place goes: its difference to UTC over time. A value; copies share what was
/// read. Any thread may use it.
class TimeZone {
 public:
  /// UTC.
  TimeZone() = default;

  /// The zone of this IANA name. UTC needs no database. The system's is read at the first use of
  /// another name in the process, a zone's file at its first use by a thread, which keeps it.
  /// Throws Error{invalid_argument} where there is no such zone, or no database.
  static TimeZone find(std::string_view name);

  /// The period that `time` is in, not necessarily the whole of it: two that follow one another may
  /// have the same offset. For times between the years -9999 and 20000.
  ClockPeriod at(std::chrono::sys_seconds time) const;

 private:
  class Rules;

  explicit TimeZone(std::shared_ptr<const Rules> rules) : rules_(std::move(rules)) {}

  std::shared_ptr<const Rules> rules_;  // null: UTC
};

}  // namespace poolder::detail
