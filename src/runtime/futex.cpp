#include "runtime/futex.hpp"

#include <ctime>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

namespace poolder::detail {

static_assert(sizeof(std::atomic<int>) == sizeof(int), "a futex is a plain word");

void futex_wait(std::atomic<int>& word, int expected, Ticks deadline) noexcept {
  constexpr Ticks second = 1'000'000'000;
  timespec until{};
  until.tv_sec = static_cast<std::time_t>(deadline / second);
  until.tv_nsec = static_cast<long>(deadline % second);
  // The bitset form takes an absolute time of the monotonic clock, which is
  // std::chrono::steady_clock on Linux.
  syscall(SYS_futex, reinterpret_cast<int*>(&word), FUTEX_WAIT_BITSET | FUTEX_PRIVATE_FLAG,
          expected, deadline == never ? nullptr : &until, nullptr, FUTEX_BITSET_MATCH_ANY);
}

void futex_wake(std::atomic<int>& word) noexcept {
  syscall(SYS_futex, reinterpret_cast<int*>(&word), FUTEX_WAKE | FUTEX_PRIVATE_FLAG, 1, nullptr,
          nullptr, 0);
}

}  // namespace poolder::detail
