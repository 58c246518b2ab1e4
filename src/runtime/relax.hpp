#pragma once

#include <poolder/core/duration.hpp>

namespace poolder::detail {

/// Tells the processor that this thread spins.
inline void relax() noexcept {
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#elif defined(__aarch64__)
  asm volatile("yield" ::: "memory");
#endif
}

/// About how many of them last that long: what one takes, 5 to 50 ns, is measured once.
int pauses_in(Duration span) noexcept;

}  // namespace poolder::detail
