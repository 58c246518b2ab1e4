#include "runtime/make_way.hpp"

#include <chrono>
#include <ctime>

#include <sched.h>

#include "runtime/cpu_count.hpp"
#include "runtime/hope.hpp"

namespace poolder::detail {

namespace {

using Nanoseconds = long long;

Nanoseconds reading(clockid_t clock) noexcept {
  timespec time{};
  clock_gettime(clock, &time);
  return time.tv_sec * 1'000'000'000LL + time.tv_nsec;
}

}  // namespace

void make_way() noexcept {
  constexpr Nanoseconds soon = 200'000;
  static const auto cpus = static_cast<Nanoseconds>(usable_cpus());
  thread_local Hope hope;
  if (!hope.looks()) return;
  const Nanoseconds ours_before = reading(CLOCK_PROCESS_CPUTIME_ID);
  const Nanoseconds began = reading(CLOCK_MONOTONIC);
  sched_yield();
  const Nanoseconds lasted = reading(CLOCK_MONOTONIC) - began;
  if (lasted < soon) return;
  // Whose was the core? Ours for sure where nearly all of the machine was ours meanwhile; where
  // that is in doubt, nothing is lost but a gain.
  const Nanoseconds ours = reading(CLOCK_PROCESS_CPUTIME_ID) - ours_before;
  if (4 * ours < 3 * cpus * lasted)
    hope.was_wrong();
  else
    hope.was_right();
}

}  // namespace poolder::detail
