#include "process.hpp"

#include <cstdio>

#include <malloc.h>
#include <sched.h>
#include <sys/resource.h>
#include <unistd.h>

namespace bench {

namespace {

double in_seconds(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) * 1e-6;
}

Usage of(int whom) {
  rusage usage{};
  getrusage(whom, &usage);
  return {in_seconds(usage.ru_utime), in_seconds(usage.ru_stime), usage.ru_nvcsw + usage.ru_nivcsw};
}

}  // namespace

Usage Usage::now() { return of(RUSAGE_SELF); }

Usage Usage::of_other_threads() {
  const Usage all = of(RUSAGE_SELF), own = of(RUSAGE_THREAD);
  return {all.user_seconds - own.user_seconds, all.system_seconds - own.system_seconds,
          all.switches - own.switches};
}

double resident_bytes() {
  malloc_trim(0);
  long size = 0, resident = 0;
  if (FILE* file = std::fopen("/proc/self/statm", "r")) {
    if (std::fscanf(file, "%ld %ld", &size, &resident) != 2) resident = 0;
    std::fclose(file);
  }
  return static_cast<double>(resident) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

std::size_t processors() {
  cpu_set_t set;
  CPU_ZERO(&set);
  if (sched_getaffinity(0, sizeof set, &set) != 0) return 1;
  return static_cast<std::size_t>(CPU_COUNT(&set));
}

}  // namespace bench
