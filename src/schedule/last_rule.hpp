#pragma once

#include <chrono>
#include <optional>
#include <string_view>

#include "schedule/clock_period.hpp"

namespace poolder::detail {

/// A moment of every year, by the clock on the wall.
struct YearlyMoment {
  enum class Kind { week_of_month, day_without_leap_day, day };

  Kind kind = Kind::week_of_month;
  int month = 1, week = 1, weekday = 0;  // week 5 is the last
  int day_of_year = 0;                   // from 1 without leap days, else from 0
  std::chrono::seconds time{7200};

  std::chrono::local_seconds in(std::chrono::year year) const;
};

struct SummerTime {
  std::chrono::seconds offset{};
  YearlyMoment begin, end;
};

/// How a zone's clock goes on for good, in the words that its file ends with:
/// "CET-1CEST,M3.5.0,M10.5.0/3" (POSIX.1 8.3, TZ; hours of -167 to 167 as in RFC 8536, 3.3.1).
class LastRule {
 public:
  /// Nothing where the text is none.
  static std::optional<LastRule> parse(std::string_view text);

  LastRule(std::chrono::seconds offset, const std::optional<SummerTime>& summer)
      : offset_(offset), summer_(summer) {}

  ClockPeriod at(std::chrono::sys_seconds time) const;

 private:
  std::chrono::seconds offset_;
  std::optional<SummerTime> summer_;
};

}  // namespace poolder::detail
