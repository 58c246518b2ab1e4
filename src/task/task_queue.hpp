#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include <poolder/core/error.hpp>
#include <poolder/runtime/detail/mailbox.hpp>
#include <poolder/runtime/detail/message.hpp>
#include <poolder/runtime/detail/wait_point.hpp>
#include <poolder/worker/options.hpp>

namespace poolder::detail {

/// The tasks that wait in a tasker.
///
/// A plain queue (first in first out, without bounds) is a mailbox: a push is one step on its word,
/// and finds out by that whether the tasker must be told ("rung"). It need not be while somebody
/// will look anyway: a runner that is on its way, or, with all in use, whoever ends first. Any
/// other queue is pushed to in the tasker's cell.
///
/// Thread safety: send() from any thread, everything else in the tasker's cell.
class TaskQueue {
 public:
  explicit TaskQueue(const QueueOptions& options);

  /// Somebody who waits for room. Lies on his stack until he is signalled or withdrawn.
  struct Blocked {
    Message* task;
    bool in_task = false;  ///< of the same tasker: he holds one of its places meanwhile
    WaitPoint room{};
    std::optional<ErrorCode> refused{};
  };

  /// What an operation puts aside, to be dealt with outside of the cell.
  struct Aside {
    std::vector<Message*> withdrawn;  ///< by Future::cancel
    std::vector<Message*> expired;    ///< waited longer than max_wait
    std::vector<Message*> displaced;  ///< given up for a newer one, or because the tasker stops
    std::vector<WaitPoint*> told;     ///< who waited for room
  };

  bool is_plain() const noexcept { return plain_; }
  bool has_max_wait() const noexcept { return options_.max_wait != infinity; }

  Mailbox::Sent send(Message* task) noexcept { return mail_.send(task); }
  /// Nobody will look: the next send is to ring. False: something has come meanwhile.
  bool wants_ring() noexcept;

  enum class Pushed { yes, full, waiting, would_deadlock };
  /// OnFull decides what a full queue does: `waiting` means that `blocked` is listed. `places`: how
  /// many tasks run at once.
  Pushed push(Blocked& blocked, Ticks now, std::size_t places, Aside& aside);
  /// False: he has been admitted or refused meanwhile, and is signalled.
  bool withdraw(Blocked& blocked);
  /// There are fewer places now: who waits in the last of them waits for ever, and is refused.
  void check_blocked(std::size_t places, Aside& aside);

  /// The next to run, by the queue's order. Null: there is none.
  Message* take(Ticks now, Aside& aside);
  /// Gives up what has waited for too long. When the next will have; never: nothing waits.
  Ticks expire(Ticks now, Aside& aside);

  bool is_empty() const noexcept;
  std::size_t size() const noexcept;
  bool anyone_blocked() const noexcept { return !blocked_.empty(); }

  /// Takes nothing more; all that waited is put aside, who waits for room is refused.
  void close(Aside& aside);
  void reopen() noexcept {
    if (mail_.is_closed()) mail_.reopen();
  }

  /// Gives back memory that it kept from a time when it was longer.
  void shrink();

 private:
  struct Entry {
    Message* task;
    Ticks since;  // 0 without max_wait
  };

  Message* pop_plain() noexcept;
  bool is_expired(const Entry& entry, Ticks now) const noexcept;
  void append(Message* task, Ticks now);
  void admit(Ticks now, Aside& aside);
  void refuse(Blocked& blocked, ErrorCode code, Aside& aside);

  const QueueOptions options_;
  const bool plain_;

  Mailbox mail_;
  Message* batch_ = nullptr;  // looked at, oldest first
  std::size_t batch_length_ = 0;

  std::deque<Entry> entries_;      // oldest first
  std::deque<Blocked*> blocked_;   // in the order they came
  std::size_t blocked_tasks_ = 0;  // of them, tasks of the same tasker
};

}  // namespace poolder::detail
