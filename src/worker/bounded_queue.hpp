#pragma once

#include <deque>

#include <poolder/runtime/detail/message.hpp>
#include <poolder/runtime/detail/wait_point.hpp>
#include <poolder/worker/options.hpp>

namespace poolder::detail {

/// Messages in the order that QueueOptions ask for, no more than they allow, and who waits for
/// room.
///
/// Not thread-safe: it lies in a cell. Who waits for room is signalled by the caller, after it has
/// left that cell.
class BoundedQueue {
 public:
  explicit BoundedQueue(const QueueOptions& options) : options_(options) {}

  /// Somebody who waits for room. Lies on the sender's stack until it is signalled or withdrawn.
  struct Blocked {
    Message* message;
    WaitPoint room;
    bool refused = false;
    Blocked* next = nullptr;  ///< for who signals several
  };

  enum class Pushed { yes, full, waiting, closed };
  struct Push {
    Pushed result;
    Message* victim = nullptr;  ///< given up for it
    Message* gaps = nullptr;    ///< found on the way to it: to be freed
  };

  /// OnFull decides what a full queue does; with `blocked`, `waiting` means that it was listed
  /// there.
  Push push(Message* message, Blocked* blocked);
  /// Room or not: a job that comes back from its backoff, or from a slot that has gone.
  bool push_anyway(Message* message);
  /// A job that is tried again at once, before all others.
  void push_next(Message* message);
  /// The next by the queue's order; null: there is none.
  Message* pop();
  /// Where there is room: the message of whoever waited longest for it is queued.
  Blocked* admit();

  std::size_t size() const noexcept { return messages_.size() - gaps_; }
  bool is_full() const noexcept { return size() >= options_.capacity; }
  /// False: it has been queued or refused meanwhile, and is signalled.
  bool withdraw(Blocked& blocked) { return std::erase(blocked_, &blocked) > 0; }

  /// One of the messages that are here was withdrawn: it takes no room from now on, though it lies
  /// here until it is popped. Where that is true of most, they are taken out, chained: to be freed.
  Message* add_gap(Message& message);
  /// Takes those out at once, and what `wanted` says no to.
  Message* sweep(bool (*wanted)(Message&) noexcept);

  struct Rest {
    std::deque<Message*> messages;  ///< oldest first
    std::deque<Blocked*> blocked;   ///< marked as refused
  };
  /// Takes nothing more, and gives away what it has.
  Rest close();
  /// Takes messages again.
  void reopen() noexcept { closed_ = false; }

 private:
  const QueueOptions options_;
  std::deque<Message*> messages_;  // oldest first
  std::deque<Blocked*> blocked_;   // in the order they came
  std::size_t gaps_ = 0;
  bool closed_ = false;
};

}  // namespace poolder::detail
