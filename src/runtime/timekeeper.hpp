#pragma once

#include <atomic>
#include <limits>
#include <mutex>

#include "runtime/futex.hpp"
#include "runtime/timer_wheel.hpp"

namespace poolder::detail {

/// The timers of a threaded runtime, and the sleep of the one thread that fires them.
///
/// Thread safety: arm, cancel and interrupt from any thread; fire_due and sleep_until by the
/// watcher alone.
class Timekeeper {
 public:
  explicit Timekeeper(Ticks now) : wheel_(now) {}

  void arm(Timer& timer, Ticks deadline) {
    bool earlier = false;
    {
      std::lock_guard lock(mutex_);
      wheel_.arm(timer, deadline);
      earlier = deadline < sleeping_until_;
      if (earlier) sleeping_until_ = deadline;
    }
    if (earlier) interrupt();
  }

  bool cancel(Timer& timer) {
    std::lock_guard lock(mutex_);
    return wheel_.cancel(timer);
  }

  void fire_due(Ticks now) {
    while (Timer* due = take_due(now)) due->fire(*due);
  }

  /// Sleeps until `latest`, the next timer, or an interrupt that came since `calls` was read.
  void sleep_until(Ticks latest, int calls) {
    {
      std::lock_guard lock(mutex_);
      latest = std::min(latest, wheel_.next_deadline());
      sleeping_until_ = latest;
    }
    futex_wait(calls_, calls, latest);
    std::lock_guard lock(mutex_);
    sleeping_until_ = std::numeric_limits<Ticks>::min();
  }

  int calls() const noexcept { return calls_.load(std::memory_order_acquire); }
  void interrupt() noexcept {
    calls_.fetch_add(1, std::memory_order_release);
    futex_wake(calls_);
  }

 private:
  Timer* take_due(Ticks now) {
    std::lock_guard lock(mutex_);
    return wheel_.take_due(now);
  }

  std::mutex mutex_;
  TimerWheel wheel_;
  Ticks sleeping_until_ = std::numeric_limits<Ticks>::min();  // while awake, no timer is earlier
  std::atomic<int> calls_{0};
};

}  // namespace poolder::detail
