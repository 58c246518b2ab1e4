#pragma once

#include <chrono>
#include <optional>

#include <poolder/schedule/detail/cron_fields.hpp>

#include "schedule/time_zone.hpp"

namespace poolder::detail {

/// Cron::next; nothing where no time is left before the year 10000.
std::optional<std::chrono::sys_seconds> next_firing(const CronFields& fields,
                                                    std::chrono::sys_seconds after,
                                                    const TimeZone& zone);

}  // namespace poolder::detail
