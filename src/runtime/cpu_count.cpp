#include "runtime/cpu_count.hpp"

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <string>

#include <sched.h>

namespace poolder::detail {

// cgroup v2's cpu.max is "QUOTA PERIOD" in microseconds, or "max PERIOD".
static double cgroup_quota() {
  std::FILE* file = std::fopen("/sys/fs/cgroup/cpu.max", "re");
  if (!file) return 0;
  double quota = 0, period = 0;
  const int read = std::fscanf(file, "%lf %lf", &quota, &period);
  std::fclose(file);
  return read == 2 && period > 0 ? quota / period : 0;
}

std::size_t usable_cpus() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  auto count = static_cast<std::size_t>(std::max(1, CPU_COUNT(&set)));
  if (const double quota = cgroup_quota(); quota > 0)
    count = std::min(count, static_cast<std::size_t>(std::max(1.0, std::ceil(quota))));
  return count;
}

}  // namespace poolder::detail
