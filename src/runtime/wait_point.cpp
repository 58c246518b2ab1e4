#include <chrono>
#include <thread>

#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/detail/wait_point.hpp>

#include "runtime/crowd.hpp"
#include "runtime/futex.hpp"
#include "runtime/hope.hpp"
#include "runtime/relax.hpp"
#include "runtime/subscriber.hpp"

namespace poolder::detail {

bool WaitPoint::wait_until(RuntimeCore& core, Ticks deadline) {
  if (signalled()) return true;
  const Subscriber::Waits callbacks;
  return core.wait(*this, deadline);
}

bool WaitPoint::signal() noexcept {
  const int before = state_.exchange(done, std::memory_order_acq_rel);
  if (before == asleep) futex_wake(state_);
  return before == told_otherwise;
}

bool WaitPoint::instead_of_waiting() noexcept {
  int expected = waiting;
  return state_.compare_exchange_strong(expected, told_otherwise, std::memory_order_acq_rel,
                                        std::memory_order_acquire);
}

// Looks for as long as a wake-up would take, if a core is to spare for it; then lets others run,
// which with many waiting callers is what gets them served in batches; then sleeps.
bool WaitPoint::wait_until_awake(Ticks deadline) noexcept {
  static const int at_the_least = pauses_in(std::chrono::nanoseconds{440});
  static const int a_wake_up = pauses_in(std::chrono::microseconds{13});
  thread_local Hope hope;
  {
    const Crowd::Member member;
    if (member.may_look_out() && !comes_late_ && hope.looks()) {
      // Who answers has the cache line to himself meanwhile: no answer from another core comes
      // sooner.
      for (int i = 0; i < at_the_least; ++i) relax();
      for (int i = 0; i < a_wake_up && !signalled(); ++i) relax();
      signalled() ? hope.was_right() : hope.was_wrong();
    }
    for (int i = 0; i < 8 && !signalled(); ++i) std::this_thread::yield();
  }
  return signalled() || sleep_until(deadline);
}

bool WaitPoint::sleep_until(Ticks deadline) noexcept {
  int expected = waiting;
  if (!state_.compare_exchange_strong(expected, asleep, std::memory_order_acq_rel,
                                      std::memory_order_acquire))
    return true;
  for (;;) {
    futex_wait(state_, asleep, deadline);
    if (signalled()) return true;
    if (deadline == never || std::chrono::steady_clock::now().time_since_epoch().count() < deadline)
      continue;
    expected = asleep;
    return !state_.compare_exchange_strong(expected, waiting, std::memory_order_acq_rel,
                                           std::memory_order_acquire);
  }
}

}  // namespace poolder::detail
