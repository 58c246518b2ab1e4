#pragma once

#include <chrono>
#include <optional>

#include <poolder/schedule/detail/cron_fields.hpp>

namespace poolder::detail {

/// The first moment of the calendar, from `from` on, that matches: date and time as a clock on the
/// wall shows them, in any zone. Nothing where that is later than the year 10000. Reads the fields
/// and at most eight years of months, however far away the match is.
std::optional<std::chrono::local_seconds> first_match(const CronFields& fields,
                                                      std::chrono::local_seconds from);

}  // namespace poolder::detail
