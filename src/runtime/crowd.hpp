#pragma once

#include <atomic>

#include "runtime/cpu_count.hpp"

namespace poolder::detail {

/// The threads of this process that wait for a signal and are not asleep yet. Where they are more
/// than the cores, nobody begins to look out for anything: who has nothing to do yields, so that
/// all of them get their turn and are served many at a time. A thread that looked out instead would
/// keep those of its core waiting for a time slice of the kernel's, which is milliseconds.
///
/// Thread safety: all of it from any thread. is_big() is about lately: it lies on a cache line of
/// its own, written only when the answer changes, since who searches for work reads it each time.
class Crowd {
 public:
  static Crowd& instance() noexcept {
    static Crowd crowd;
    return crowd;
  }

  class Member {
   public:
    Member() noexcept : before_(instance().join()) {}
    ~Member() { instance().leave(); }
    Member(const Member&) = delete;
    Member& operator=(const Member&) = delete;
    /// With those who came before it, it leaves a core to who answers.
    bool may_look_out() const noexcept { return before_ + 1 < instance().cpus_; }

   private:
    const int before_;
  };

  bool is_big() const noexcept { return is_big_.load(std::memory_order_relaxed); }

 private:
  int join() noexcept {
    const int before = waiting_.fetch_add(1, std::memory_order_acq_rel);
    if (before >= cpus_ && !is_big()) is_big_.store(true, std::memory_order_relaxed);
    return before;
  }
  void leave() noexcept {
    const int before = waiting_.fetch_sub(1, std::memory_order_acq_rel);
    if (before <= cpus_ / 2 + 1 && is_big()) is_big_.store(false, std::memory_order_relaxed);
  }

  const int cpus_ = static_cast<int>(usable_cpus());
  alignas(128) std::atomic<int> waiting_{0};
  alignas(128) std::atomic<bool> is_big_{false};
};

}  // namespace poolder::detail
