#include <array>
#include <utility>

#include <poolder/core/error.hpp>
#include <poolder/schedule/schedule_next.hpp>
#include <poolder/schedule/when.hpp>

namespace poolder {

namespace detail {

// In the largest unit that says it exactly.
static std::string in_units(Duration span) {
  constexpr std::array<std::pair<std::int64_t, const char*>, 6> units{{{86'400'000'000'000, "d"},
                                                                       {3'600'000'000'000, "h"},
                                                                       {60'000'000'000, "min"},
                                                                       {1'000'000'000, "s"},
                                                                       {1'000'000, "ms"},
                                                                       {1'000, "us"}}};
  for (const auto& [nanoseconds, unit] : units)
    if (span.count() % nanoseconds == 0)
      return std::to_string(span.count() / nanoseconds) + ' ' + unit;
  return std::to_string(span.count()) + " ns";
}

std::string to_string(const When& when) {
  if (when.cron()) return when.cron()->to_string();
  return when.is_never() ? "never" : "every " + in_units(when.interval());
}

void check_interval(Duration interval) {
  if (interval <= Duration{0})
    fail(ErrorCode::invalid_argument,
         "a job's interval must be above 0; it is " + in_units(interval));
}

static When checked(Duration interval) {
  check_interval(interval);
  return interval;
}

}  // namespace detail

ScheduleNext every(Duration interval) {
  return ScheduleNext{ScheduleNext::Kind::every, {}, detail::checked(interval)};
}

ScheduleNext schedule(std::string job, const Cron& cron) {
  return ScheduleNext{ScheduleNext::Kind::schedule, std::move(job), cron};
}

ScheduleNext schedule(std::string job, Duration interval) {
  return ScheduleNext{ScheduleNext::Kind::schedule, std::move(job), detail::checked(interval)};
}

ScheduleNext stop_this() { return ScheduleNext{ScheduleNext::Kind::stop_this}; }

ScheduleNext stop_all() { return ScheduleNext{ScheduleNext::Kind::stop_all}; }

}  // namespace poolder
