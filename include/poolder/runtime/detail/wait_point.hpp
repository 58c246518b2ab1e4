#pragma once

#include <atomic>

#include <poolder/core/duration.hpp>

namespace poolder::detail {

class RuntimeCore;

/// One thread waits, another signals, once.
///
/// Thread safety: one waiter, one signaller. The waiter may destroy it as soon as wait_until has
/// returned true; the signaller touches nothing but its address after that.
/// A scheduler thread that waits hands its run queue over first, so other cells go on; in
/// simulation others run until it is signalled, or the clock reaches the deadline.
class WaitPoint {
 public:
  WaitPoint() = default;
  WaitPoint(const WaitPoint&) = delete;
  WaitPoint& operator=(const WaitPoint&) = delete;

  /// Others are served before: to look out for the signal at once would be in vain. Before the
  /// wait.
  void comes_late() noexcept { comes_late_ = true; }

  /// False: the deadline came first. May be called again then.
  bool wait_until(RuntimeCore& core, Ticks deadline);
  /// True: somebody had asked by `instead_of_waiting` to be told in another way.
  bool signal() noexcept;

  /// Nobody will wait. False: it is signalled already.
  bool instead_of_waiting() noexcept;

  /// The wait itself, on a real thread.
  bool wait_until_awake(Ticks deadline) noexcept;

  bool signalled() const noexcept { return state_.load(std::memory_order_acquire) == done; }

 private:
  enum : int { waiting, asleep, done, told_otherwise };

  bool sleep_until(Ticks deadline) noexcept;

  std::atomic<int> state_{waiting};
  bool comes_late_ = false;  // the waiter's
};

}  // namespace poolder::detail
