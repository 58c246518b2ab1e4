#pragma once

#include <cstddef>

namespace poolder::detail {

/// How many cores this process may use: the affinity mask, and the cgroup's quota (rounded up). At
/// least 1.
std::size_t usable_cpus();

}  // namespace poolder::detail
