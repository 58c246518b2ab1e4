#include "schedule/calendar.hpp"

#include <bit>
#include <cstdint>

namespace poolder::detail {

using std::chrono::local_days;
using std::chrono::local_seconds;
using std::chrono::year_month;
using std::chrono::year_month_day;

constexpr std::chrono::year last_year{10000};

// The lowest value of the set that is at least `from`; -1: none.
static int first_from(std::uint64_t values, int from) {
  const auto rest = values >> from;
  return rest == 0 ? -1 : from + std::countr_zero(rest);
}

// Bit n: day n of the month matches.
static std::uint64_t days_of(const CronFields& fields, year_month month) {
  const auto length = static_cast<unsigned>((month / std::chrono::last).day());
  const auto first_day = std::chrono::weekday{local_days{month / 1}}.c_encoding();

  const auto weekdays = fields.of(CronField::weekday);
  const auto first_week = (weekdays >> first_day | weekdays << (7 - first_day)) & 0b111'1111;
  constexpr std::uint64_t each_week = 1 | 1 << 7 | 1 << 14 | 1 << 21 | 1 << 28;
  const auto by_weekday = first_week * each_week << 1;
  const auto by_day = fields.of(CronField::day);

  const bool either = !fields.opens(CronField::day) && !fields.opens(CronField::weekday);
  const auto days = either ? by_day | by_weekday : by_day & by_weekday;
  return days & ((std::uint64_t{1} << (length + 1)) - 1);
}

static std::optional<local_days> first_date(const CronFields& fields, local_days from) {
  const year_month_day date{from};
  year_month month = date.year() / date.month();
  auto day = static_cast<int>(static_cast<unsigned>(date.day()));

  while (month.year() <= last_year) {
    const auto this_one = static_cast<int>(static_cast<unsigned>(month.month()));
    const int next = first_from(fields.of(CronField::month), this_one);
    if (next == this_one) {
      const int matching = first_from(days_of(fields, month), day);
      if (matching > 0) return local_days{month / matching};
      month += std::chrono::months{1};
    } else {
      month = next > 0 ? month.year() / next : (month.year() + std::chrono::years{1}) / 1;
    }
    day = 1;
  }
  return std::nullopt;
}

// The first time of a day, from `from` on, that matches.
static std::optional<std::chrono::seconds> first_time(const CronFields& fields,
                                                      std::chrono::seconds from) {
  const auto seconds = fields.of(CronField::second);
  const auto minutes = fields.of(CronField::minute);
  const auto hours = fields.of(CronField::hour);
  const auto time = [](int hour, int minute, int second) {
    return std::chrono::seconds{(hour * 60 + minute) * 60 + second};
  };
  const auto of_day = static_cast<int>(from.count());
  const int from_hour = of_day / 3600, from_minute = of_day / 60 % 60, from_second = of_day % 60;
  const int first_second = first_from(seconds, 0), first_minute = first_from(minutes, 0);

  if (first_from(hours, from_hour) == from_hour) {
    if (first_from(minutes, from_minute) == from_minute) {
      const int second = first_from(seconds, from_second);
      if (second >= 0) return time(from_hour, from_minute, second);
    }
    const int minute = first_from(minutes, from_minute + 1);
    if (minute >= 0) return time(from_hour, minute, first_second);
  }
  const int hour = first_from(hours, from_hour + 1);
  if (hour >= 0) return time(hour, first_minute, first_second);
  return std::nullopt;
}

std::optional<local_seconds> first_match(const CronFields& fields, local_seconds from) {
  const auto today = std::chrono::floor<std::chrono::days>(from);
  auto date = first_date(fields, today);
  if (date == today) {
    if (const auto time = first_time(fields, from - today)) return today + *time;
    date = first_date(fields, today + std::chrono::days{1});
  }
  if (!date) return std::nullopt;
  return *date + *first_time(fields, std::chrono::seconds{0});
}

}  // namespace poolder::detail
