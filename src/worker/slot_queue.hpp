#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <vector>

#include <poolder/runtime/detail/message.hpp>
#include <poolder/runtime/detail/op_cell.hpp>
#include <poolder/runtime/detail/wait_point.hpp>
#include <poolder/worker/options.hpp>

namespace poolder::detail {

/// The queue of a slot whose engine bounds it, or wants it last in, first out: a cell of its own
/// that senders and slot enter. Any thread.
class SlotQueue {
 public:
  explicit SlotQueue(const QueueOptions& options) : options_(options) {}

  /// Somebody who waits for room. Lies on the sender's stack until it is signalled or withdrawn.
  struct Blocked {
    Message* message;
    WaitPoint room;
    bool refused = false;
  };

  enum class Pushed { yes, full, waiting, closed };
  struct Push {
    Pushed result;
    Message* victim = nullptr;  ///< given up for it
  };

  /// OnFull decides what a full queue does; with `blocked`, `waiting` means that it was listed
  /// there.
  Push push(Message* message, Blocked* blocked);
  /// Room or not: a job that comes back from its backoff, or from a slot that has gone.
  bool push_anyway(Message* message);
  /// A job that is tried again at once, before all others.
  void push_next(Message* message);

  /// The next by the queue's order; whoever waited longest for room takes its place. Null where
  /// `control` has one of the bits `unless`: what is pushed after they were set is not popped.
  Message* pop_unless(const std::atomic<std::uint32_t>& control, std::uint32_t unless);
  std::size_t size() const;
  bool empty() const { return size() == 0; }

  /// False: it has been queued or refused meanwhile, and is signalled.
  bool withdraw(Blocked& blocked);

  /// Takes nothing more. What was queued, oldest first; whoever waits for room is refused.
  std::vector<Message*> close();
  /// Takes messages again.
  void reopen();

 private:
  void append(Message* message);
  Message* take_next();

  const QueueOptions options_;
  mutable OpCell cell_;
  std::deque<Message*> messages_;  // oldest first
  std::deque<Blocked*> blocked_;   // in the order they came
  bool closed_ = false;
};

}  // namespace poolder::detail
