#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <exception>
#include <vector>

#include <poolder/runtime/detail/op_cell.hpp>
#include <poolder/runtime/detail/reply.hpp>
#include <poolder/worker/options.hpp>

#include "worker/bounded_queue.hpp"

namespace poolder::detail {

/// A pool's one queue for whoever is free next (Routing::available), and the slots that are: a cell
/// that senders and slots enter.
///
/// Thread safety: any thread.
///
/// Invariants, once it is in use.
/// 1. A slot at rest is listed: it lists itself after it gave its baton up, and finds in the same
/// step what was pushed before. A listed slot may have been woken by a message of its own; whoever
/// takes it off the list finds that out by entering it, and it lists itself again.
/// 2. So whoever pushes, and then wakes listed slots until one was at rest, leaves no slot at rest
/// while a message waits. A slot that turns to anything else while messages wait wakes another in
/// its place.
/// 3. A call whose reply is pending lies here. Whatever leaves starts it in the same step; one that
/// was withdrawn still lies here as a gap, which takes no room.
/// 4. Somebody waits for room only while there is none. Who is admitted was not pushed, so it is
/// for the caller to wake listed slots then.
class SharedQueue {
 public:
  using Blocked = BoundedQueue::Blocked;
  using Pushed = BoundedQueue::Pushed;
  struct Push {
    Pushed result;
    Message* victim;       ///< given up for it
    std::size_t admitted;  ///< senders that had waited for room
  };
  struct Popped {
    Message* message;
    std::size_t admitted;
  };
  struct Withdrawn {
    bool done;  ///< false: the call has started, or was given up
    std::size_t admitted = 0;
  };
  static constexpr std::size_t nobody = static_cast<std::size_t>(-1);

  explicit SharedQueue(const QueueOptions& options) : queue_(options) {}

  /// Slots that come to rest list themselves from now on. True: they did not before, and the caller
  /// lists those that rest now.
  bool start_using() noexcept;
  bool in_use() const noexcept { return in_use_.load(std::memory_order_seq_cst); }
  void list(std::size_t first, std::size_t count);

  /// As in BoundedQueue; where it is full, requests that nobody waits for any more make room first.
  Push push(Message* message, Blocked* blocked);
  bool push_anyway(Message* message);
  bool withdraw(Blocked& blocked);

  /// The next that still wants to be handled; it has started, if it is a call. Null where `control`
  /// has one of the bits `unless`.
  Popped pop_unless(const std::atomic<std::uint32_t>& control, std::uint32_t unless);
  /// The call has not started and never will; `error` is its answer. `message` is how it was
  /// queued, and may be gone.
  Withdrawn withdraw(Message& message, ReplyBase& call, std::exception_ptr error);
  std::size_t size() const noexcept { return size_.load(std::memory_order_seq_cst); }

  /// The slot has given its baton up. True: messages wait, and it is not listed.
  bool comes_to_rest(std::size_t slot, bool may_work);
  /// Off the list, the last to come to rest first; `nobody`: the list is empty. It may not rest any
  /// more.
  std::size_t take_free();

  /// Takes nothing more. What was queued; whoever waits for room is refused.
  std::deque<Message*> close();
  void reopen();

 private:
  /// What a step lets go of, to be settled after it.
  struct Let {
    Message* unwanted = nullptr;
    Blocked* admitted = nullptr;

    /// How many were admitted.
    std::size_t settle() noexcept;
  };

  void list_one(std::size_t slot);
  void make_room(Let& let);
  void admit(Let& let);
  void measure() noexcept { size_.store(queue_.size(), std::memory_order_seq_cst); }

  std::atomic<bool> in_use_{false};
  std::atomic<std::size_t> size_{0};  // written in the cell
  OpCell cell_;
  BoundedQueue queue_;
  std::uint64_t looked_at_ = 0;  // ReplyBase::given_up at the last look for such
  std::vector<std::uint32_t> free_;
  std::vector<bool> listed_;
};

}  // namespace poolder::detail
