#pragma once

#include <atomic>
#include <cstdint>
#include <deque>

#include <poolder/runtime/detail/op_cell.hpp>

#include "worker/bounded_queue.hpp"

namespace poolder::detail {

/// The queue of a slot whose engine bounds it, or wants it last in, first out: a cell of its own
/// that senders and slot enter. Any thread.
class SlotQueue {
 public:
  using Blocked = BoundedQueue::Blocked;
  using Pushed = BoundedQueue::Pushed;
  using Push = BoundedQueue::Push;

  explicit SlotQueue(const QueueOptions& options) : queue_(options) {}

  // As in BoundedQueue.
  Push push(Message* message, Blocked* blocked);
  bool push_anyway(Message* message);
  void push_next(Message* message);
  bool withdraw(Blocked& blocked);

  /// The next; whoever waited longest for room takes its place. Null where `control` has one of the
  /// bits `unless`: what is pushed after they were set is not popped.
  Message* pop_unless(const std::atomic<std::uint32_t>& control, std::uint32_t unless);
  /// As it was at the last step.
  std::size_t size() const noexcept { return size_.load(std::memory_order_seq_cst); }
  bool empty() const noexcept { return size() == 0; }

  /// Takes nothing more. What was queued, oldest first; whoever waits for room is refused.
  std::deque<Message*> close();
  /// Takes messages again.
  void reopen();

 private:
  void measure() noexcept { size_.store(queue_.size(), std::memory_order_seq_cst); }

  OpCell cell_;
  BoundedQueue queue_;
  std::atomic<std::size_t> size_{0};  // written in the cell
};

}  // namespace poolder::detail
