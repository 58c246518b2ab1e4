#pragma once

#include <atomic>
#include <cstddef>

namespace bench {

/// Counts what has been processed and wakes who waits for the last. Every subject hits the same
/// kind, so its cost (two cores that hit it at once: 14 ns) is in every figure alike.
class alignas(128) Counter {
 public:
  /// Before the work begins: how much there will be.
  void expect_hits(std::size_t count) {
    done_.store(0, std::memory_order_relaxed);
    target_.store(count, std::memory_order_relaxed);
    over_.store(false, std::memory_order_relaxed);
  }

  void hit(std::size_t times = 1) {
    if (done_.fetch_add(times, std::memory_order_acq_rel) + times ==
        target_.load(std::memory_order_relaxed)) {
      over_.store(true, std::memory_order_release);
      over_.notify_all();
    }
  }

  /// Sleeps in the kernel, so as to take no core from those who work.
  void wait() const { over_.wait(false, std::memory_order_acquire); }

  std::size_t hits() const { return done_.load(std::memory_order_acquire); }

 private:
  std::atomic<std::size_t> done_{0};
  std::atomic<std::size_t> target_{0};
  alignas(128) std::atomic<bool> over_{false};
};

}  // namespace bench
