#pragma once

#include <atomic>
#include <memory>
#include <thread>
#include <utility>

#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/detail/runnable.hpp>

#include "runtime/activation.hpp"
#include "runtime/hope.hpp"
#include "runtime/run_queue.hpp"

namespace poolder::detail {

class Scheduler;

/// One OS thread of the scheduler, on a seat or spare. What is not atomic is the thread's own, but
/// for `below`, which the scheduler's mutex guards, and the watcher's notes.
class SchedulerThread final : public Turn {
 public:
  SchedulerThread(Scheduler& owner, Seat* first) : scheduler(owner), seat(first) {}

  /// The calling thread's; null: it is no scheduler thread.
  static SchedulerThread* current() noexcept;

  /// Runs cells until the scheduler stops.
  void run();

  bool may_go_on() noexcept override;

  /// For the watcher: it is in the same turn as at the last look.
  bool has_not_moved() noexcept {
    const std::uint64_t now = turn.load(std::memory_order_relaxed);
    return std::exchange(seen_turn_, now) == now && now % 2 == 1;
  }

  /// Its handler has ended, and the watcher had taken the seat meanwhile.
  void lost_seat() noexcept;

  Scheduler& scheduler;
  std::atomic<Seat*> seat;
  std::atomic<Activation*> activation{nullptr};
  std::atomic<std::uint64_t> turn{0};  // odd while it runs a cell
  std::atomic<int> awake{1};           // the futex it sleeps on while 0
  std::atomic<bool> searching{false};  // counted in the scheduler's searching_
  SchedulerThread* below = nullptr;
  bool ended = false;  // guarded by the scheduler's mutex
  std::thread os_thread;

  // The queues' bookkeeping.
  unsigned turns = 0;
  unsigned in_a_row = 0;  // cells taken from the seat's `next` without a look at its ring
  std::size_t shard = 0;
  unsigned ran = 0;  // turns in this stretch of work
  Ticks stretch_began = 0;
  Hope hope;  // of its look-outs for work

  // The present turn.
  unsigned messages = 0;
  unsigned began_at_tick = 0;
  bool urgent = false;

 private:
  void run_cells();

  std::uint64_t seen_turn_ = 0;
};

/// Marks user code that runs on this thread, for whoever must take something away from it.
class Handler {
 public:
  Handler(void* cell, const MessageType* task, Loans* loans = nullptr, Ticks now = 0) noexcept
      : activation_(Activation::begin(cell, task, loans, now)) {}
  Handler(const Handler&) = delete;
  Handler& operator=(const Handler&) = delete;

  Activation& activation() noexcept { return activation_; }

  /// False: the cell was taken away meanwhile, and belongs to somebody else now.
  [[nodiscard]] bool end() noexcept { return end(activation_); }
  static bool end(Activation& activation) noexcept {
    const std::uint64_t flags = activation.end();
    if ((flags & Activation::unseated) != 0 && SchedulerThread::current())
      SchedulerThread::current()->lost_seat();
    return (flags & Activation::taken) == 0;
  }

 private:
  Activation& activation_;
};

}  // namespace poolder::detail
