#pragma once

#include <atomic>
#include <deque>
#include <mutex>

#include <poolder/runtime/detail/runnable.hpp>

#include "runtime/ring.hpp"

namespace poolder::detail {

/// An unbounded first-in first-out queue of runnable cells: a ring, and a locked list for what does
/// not fit. While the list holds anything, pushes go there, so that order holds but for the moment
/// of the change.
///
/// Thread safety: all of it from any thread.
class RunQueue {
 public:
  explicit RunQueue(std::size_t capacity) : ring_(capacity) {}

  void push(Runnable* cell) {
    if (overflow_size_.load(std::memory_order_relaxed) == 0 && ring_.push(cell)) return;
    std::lock_guard lock(mutex_);
    overflow_.push_back(cell);
    overflow_size_.store(overflow_.size(), std::memory_order_relaxed);
  }

  std::size_t pop(Runnable** out, std::size_t most) {
    if (const std::size_t found = ring_.pop(out, most)) return found;
    if (overflow_size_.load(std::memory_order_relaxed) == 0) return 0;
    std::lock_guard lock(mutex_);
    std::size_t found = 0;
    for (; found < most && !overflow_.empty(); ++found) {
      out[found] = overflow_.front();
      overflow_.pop_front();
    }
    overflow_size_.store(overflow_.size(), std::memory_order_relaxed);
    return found;
  }

  Runnable* pop() {
    Runnable* cell = nullptr;
    return pop(&cell, 1) == 1 ? cell : nullptr;
  }

  std::size_t size() const noexcept {
    return ring_.size() + overflow_size_.load(std::memory_order_relaxed);
  }

 private:
  Ring<Runnable> ring_;
  std::mutex mutex_;
  std::deque<Runnable*> overflow_;
  std::atomic<std::size_t> overflow_size_{0};
};

/// A seat's own queue: what its thread made runnable. Anyone may push and anyone may take, since
/// the seat can change hands at any moment.
struct alignas(128) Seat {
  Ring<Runnable> ring{256};
  std::atomic<Runnable*> next{nullptr};  ///< made runnable last; runs before the ring, on this seat
};

}  // namespace poolder::detail
