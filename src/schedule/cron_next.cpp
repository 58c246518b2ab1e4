#include "schedule/cron_next.hpp"

#include <algorithm>

#include "schedule/calendar.hpp"

namespace poolder::detail {

using namespace std::chrono_literals;
using std::chrono::local_seconds;
using std::chrono::sys_days;
using std::chrono::sys_seconds;

constexpr sys_seconds first_time = sys_days{0y / 1 / 1};
constexpr sys_seconds end_of_time = sys_days{std::chrono::year{10000} / 1 / 1};

// No zone is or was a day away from UTC.
constexpr auto largest_offset = 24h;

// Whenever the clock shows a matching time: each period is a calendar of its own.
static std::optional<sys_seconds> next_shown(const CronFields& fields, sys_seconds after,
                                             const TimeZone& zone) {
  for (auto time = after + 1s; time < end_of_time;) {
    const auto period = zone.at(time);
    const auto match = first_match(fields, period.local(time));
    if (!match) break;
    if (const auto found = period.when(*match); found < period.end) return found;
    time = period.end;
  }
  return std::nullopt;
}

// The latest that the clock has shown, up to and including `time`: later than what it shows then
// after it was set back.
static local_seconds latest_shown(sys_seconds time, const TimeZone& zone) {
  auto period = zone.at(time);
  auto latest = period.local(time);
  while (period.begin > time - 2 * largest_offset) {
    const auto last_second = period.begin - 1s;
    period = zone.at(last_second);
    latest = std::max(latest, period.local(last_second));
  }
  return latest;
}

// When the clock first shows `due` or later, not before `time`.
static sys_seconds first_reach(local_seconds due, sys_seconds time, const TimeZone& zone) {
  time = std::max(time, sys_seconds{due.time_since_epoch() - largest_offset});
  while (true) {
    const auto period = zone.at(time);
    const auto reached = std::max(time, period.when(due));
    if (reached < period.end) return reached;
    time = period.end;
  }
}

// Each matching time once, when the clock first reaches it: that it comes twice, or is skipped,
// makes no difference then.
static std::optional<sys_seconds> next_reached(const CronFields& fields, sys_seconds after,
                                               const TimeZone& zone) {
  const auto due = first_match(fields, latest_shown(after, zone) + 1s);
  if (!due) return std::nullopt;
  return first_reach(*due, after + 1s, zone);
}

std::optional<sys_seconds> next_firing(const CronFields& fields, sys_seconds after,
                                       const TimeZone& zone) {
  if (after >= end_of_time) return std::nullopt;
  after = std::max(after, first_time - 1s);
  const bool runs_through = fields.opens(CronField::minute) || fields.opens(CronField::hour);
  const auto next =
      runs_through ? next_shown(fields, after, zone) : next_reached(fields, after, zone);
  if (next >= end_of_time) return std::nullopt;
  return next;
}

}  // namespace poolder::detail
