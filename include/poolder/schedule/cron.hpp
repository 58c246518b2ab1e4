#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include <poolder/schedule/detail/cron_fields.hpp>
#include <poolder/schedule/detail/cron_parser.hpp>

namespace poolder {

/// When something happens, by the clock and the calendar: what a line of a crontab begins with.
///
///     [second] minute hour day-of-month month weekday
///
/// With five fields the second is 0. The fields are divided by one blank each. A field is `*`, a
/// number, a range `a-b`, or one of these with a step (`*/15`, `10-30/5`, `4/2`: from 4 on), or
/// several of these divided by commas. Months and weekdays have names, JAN to DEC and SUN to SAT,
/// in any case. Weekdays count from Sunday 0; 7 is Sunday too. As in Vixie's cron a range goes
/// upwards (FRI-MON is refused; say FRI-SUN,MON or 5-7,1); SUN at its end is 7. A step is at most
/// as long as its field: a longer one would not do what it says.
///
/// @yearly, @annually, @monthly, @weekly, @daily, @midnight, @hourly, @every_minute and
/// @every_second stand for what they say.
///
/// Where day of month and weekday are both restricted, a date matches by either. They are not
/// restricted by `*`, nor by all values written without a step. Dates that never come (`0 0 30 2
/// *`) are refused.
///
/// A value: small, copied freely, without a zone or a state of its own.
class Cron {
 public:
  /// Reads an expression, at run time or while compiling; a mistake there is an error whose first
  /// line names it. Throws Error{invalid_argument}, which names the field, the text and what is
  /// allowed.
  static constexpr Cron parse(std::string_view expression) {
    return Cron(detail::parse_cron(expression));
  }

  /// The first time strictly after `after` at which it fires, where the fields are local times of
  /// `time_zone`, an IANA name.
  ///
  /// A zone's clock skips some times in spring and shows others twice in autumn. Expressions with a
  /// `*` in hour or minute (`*/15 * * * *`, `30 * * * *`, `0 */2 * * *`) run through: they fire
  /// whenever the clock shows one of their times, so twice where it shows it twice, and never for
  /// times that it skips. Others (`30 2 * * *`) fire for each of their times once, when the clock
  /// first shows it, or else, where it is skipped, at the first time that the clock shows after it.
  ///
  /// Jumps from field to field and from one change of the clock to the next, so a time that is
  /// years away takes a few microseconds. Never waits; any thread may call. A
  /// zone's first use by a thread reads its file. Knows the years 0 to 9999: counts from their
  /// beginning where `after` is earlier. Throws Error{invalid_argument} for an unknown zone, or
  /// where no time is left.
  std::chrono::sys_seconds next(std::chrono::sys_seconds after,
                                std::string_view time_zone = "UTC") const;

  /// The expression in one canonical form, which parse() reads back as an equal value: five fields
  /// where the second is 0; lists in order; numbers for names.
  std::string to_string() const;

  constexpr const detail::CronFields& fields() const noexcept { return fields_; }

  /// Whether both fire at the same times, as far as that shows in their fields.
  friend constexpr bool operator==(const Cron&, const Cron&) = default;

 private:
  constexpr explicit Cron(const detail::CronFields& fields) : fields_(fields) {}

  detail::CronFields fields_;
};

}  // namespace poolder
