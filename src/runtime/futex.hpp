#pragma once

#include <atomic>

#include <poolder/core/duration.hpp>

namespace poolder::detail {

/// Sleeps while `word` is `expected`, until woken or until `deadline` on the steady clock. May wake
/// for no reason.
void futex_wait(std::atomic<int>& word, int expected, Ticks deadline) noexcept;

/// Wakes one thread that sleeps on `word`. Only the address is used.
void futex_wake(std::atomic<int>& word) noexcept;

}  // namespace poolder::detail
