#pragma once

#include <atomic>
#include <cstdint>

#include <poolder/core/duration.hpp>
#include <poolder/runtime/detail/message.hpp>

namespace poolder::detail {

class Loans;
class SchedulerThread;

/// User code that runs on a thread: one record for each thread and depth of nesting. What is looked
/// at from outside by whoever must take something away from a handler that does not return: its
/// worker's slot (kill), or its thread's run queue (the watcher).
///
/// The word:
///   bit 0      running  user code runs
///   bit 1      locked   somebody outside looks at the cell; the handler's end spins for these few
///   instructions bit 2      taken    the cell was taken from the handler, which never touches it
///   again bit 3      unseated the thread's seat was taken bits 4..63          number of the run,
///   so that a word never recurs
///
/// Thread safety: begin and end by the thread itself; all else by anyone. Records are never freed,
/// so a pointer to one is always good; what it says may be about another run, and the lock settles
/// that.
///
/// Pairs. begin's release store with the acquire of lock(): who holds the lock sees all that the
/// owner wrote to its cell before it ran user code. unlock's release with the acquire of end().
/// begin's release of task_ and began_ with their acquire: who finds the same run before and after
/// has read what belongs to it.
class Activation {
 public:
  /// One run of user code, never the same as another.
  struct Run {
    const Activation* activation = nullptr;  ///< null: none
    std::uint64_t number = 0;
    explicit operator bool() const noexcept { return activation != nullptr; }
    bool operator==(const Run&) const = default;
  };

  static constexpr std::uint64_t running = 1, locked = 2, taken = 4, unseated = 8, number = 16;

  /// The next deeper record of this thread.
  /// `loans`: of the worker whose code it is; null: what it borrows is nobody's. `now`: for who
  /// asks how long it runs.
  static Activation& begin(void* cell, const MessageType* task, Loans* loans = nullptr,
                           Ticks now = 0) noexcept;

  /// Ends the innermost run. The flags `taken` and `unseated` that were set meanwhile.
  std::uint64_t end() noexcept;

  /// This thread's identity and its innermost run, in one look.
  struct Here {
    const void* thread;
    Activation* innermost;
  };
  static Here here() noexcept;

  /// The innermost run of this thread; null: no user code of poolder's runs on it.
  static Activation* current() noexcept;

  /// The record that this thread's outermost runs use.
  static Activation& outermost() noexcept;
  Activation* outer() const noexcept { return outer_; }

  /// Keeps the run that is going on from ending, if it is running for `cell`. Then unlock().
  bool lock(const void* cell) noexcept;
  void unlock(std::uint64_t add_flags = 0) noexcept;

  /// Marks the thread's seat as taken, if `word` is still the present one.
  bool unseat(std::uint64_t word) noexcept;

  /// How long the present run has been seen by the one who looks, the watcher of the runtime's
  /// threads; 0 where it is new or there is none.
  Ticks watch(Ticks now) noexcept;
  bool unseat_watched() noexcept { return unseat(seen_word_.load(std::memory_order_relaxed)); }

  std::uint64_t word() const noexcept { return word_.load(std::memory_order_acquire); }
  void* cell() const noexcept { return cell_.load(std::memory_order_relaxed); }
  const MessageType* task() const noexcept { return task_.load(std::memory_order_acquire); }
  Ticks began() const noexcept { return began_.load(std::memory_order_acquire); }
  bool runs(const void* cell) const noexcept;
  /// The cell was taken from the run that goes on.
  bool is_taken() const noexcept { return (word() & (running | taken)) == (running | taken); }
  Run run() const noexcept { return {this, word() / number}; }
  /// The run that goes on for that cell.
  Run run_of(const void* cell) const noexcept;

  /// The thread's own.
  Loans* loans() const noexcept { return loans_; }
  void lend_to(Loans* loans) noexcept { loans_ = loans; }

 private:
  friend struct ActivationStack;

  std::atomic<std::uint64_t> word_{number};  // runs count from 1: none is what nobody has seen yet
  std::atomic<void*> cell_{nullptr};
  std::atomic<const MessageType*> task_{nullptr};
  std::atomic<Ticks> began_{0};
  Activation* outer_ = nullptr;  // the thread's own, as the two below
  Activation* inner_ = nullptr;
  Loans* loans_ = nullptr;
  alignas(64) std::atomic<std::uint64_t> seen_word_{0};  // by the watcher
  std::atomic<Ticks> seen_since_{0};
};

}  // namespace poolder::detail
