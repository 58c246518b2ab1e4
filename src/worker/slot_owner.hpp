#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <string_view>

#include <poolder/core/error.hpp>
#include <poolder/core/histogram.hpp>
#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/event.hpp>
#include <poolder/runtime/exit_reason.hpp>
#include <poolder/worker/detail/worker_type.hpp>

#include "worker/backoffs.hpp"
#include "worker/shared_queue.hpp"

namespace poolder::detail {

class Slot;
class WorkerBox;

/// What stands behind a slot: a pool, or what a factory knows of one class of children. What is
/// asked for each message is plain data, side by side; what is asked when a worker begins or ends
/// is virtual.
///
/// Thread safety: all of it from any thread; an engine's cell may be entered by any virtual
/// function, and is not held by who calls one.
class SlotOwner {
 public:
  SlotOwner(const SlotOwner&) = delete;
  SlotOwner& operator=(const SlotOwner&) = delete;

  RuntimeCore& runtime() const noexcept { return runtime_; }
  const WorkerType& worker_type() const noexcept { return worker_; }
  const QueueOptions& queue_options() const noexcept { return queue_; }
  /// What waits for whoever is free; null: nothing ever does.
  SharedQueue* shared() const noexcept { return shared_; }
  /// Each slot has a thread of its own.
  bool dedicated() const noexcept { return dedicated_; }
  /// The slot's baton goes to that thread.
  virtual void run_at_home(Slot&) noexcept {}
  /// Whoever looks after runs that last has to be woken when one begins.
  bool watch_sleeps() const noexcept {
    return watch_asleep_ && watch_asleep_->load(std::memory_order_relaxed);
  }
  virtual void wake_watch() noexcept {}
  Histogram& waited() noexcept { return waited_; }
  Histogram& ran() noexcept { return ran_; }
  Backoffs& backoffs() noexcept { return backoffs_; }
  const Histogram& waited() const noexcept { return waited_; }
  const Histogram& ran() const noexcept { return ran_; }
  const Backoffs& backoffs() const noexcept { return backoffs_; }
  bool anyone_drains() const noexcept { return drainers_.load(std::memory_order_seq_cst) > 0; }
  /// A listener is being told of a job, on the thread of the slot that ran it.
  bool tells_of_a_job() const noexcept { return telling_.load(std::memory_order_relaxed) > 0; }
  std::uint64_t dropped_so_far() const noexcept { return dropped_.load(std::memory_order_acquire); }

  // ---- what becomes of messages
  /// One message in 64 carries the time it was sent; all do where max_wait is set.
  void stamp(Message& message, std::uint64_t turn) const noexcept;
  void give_up_message(Message* message, ErrorCode code, std::string_view why) noexcept;
  void dropped(std::string_view task, std::string_view why, Pid worker = {},
               int attempt = 0) noexcept;
  struct AttemptAt {
    std::string_view task;
    Pid worker;
    int attempt;
    std::string_view what;
  };
  void failed(const AttemptAt& job, bool unhandled) noexcept;
  /// Its last attempt has failed, which was told already.
  void gave_up(const AttemptAt& job) noexcept;
  void retried(const AttemptAt& job, Duration delay) noexcept;
  void report_hook(std::string_view hook, const std::exception_ptr& error) noexcept;
  /// What is said once for each bit of `kind`: whether it has not been said yet. Asked before the
  /// line is made, which may cost more than all the rest.
  bool is_first(std::uint32_t kind) noexcept;
  /// A line on stderr.
  virtual void log(const std::string& line) noexcept = 0;

  // ---- workers that begin and end
  /// Unique in the process, so a pid of another engine or runtime is never taken for one of ours.
  static Pid new_pid(std::size_t index) noexcept;
  virtual const EngineCore* engine() const noexcept = 0;
  virtual const WorkerFactory& arguments_of(const Slot& slot) const noexcept = 0;
  virtual Duration retry_delay(int attempt) = 0;
  /// False: one restart too many.
  virtual bool admit_restart() = 0;
  virtual void fail_for_good(std::string why) = 0;
  /// Its worker has said exit(). It gets another, unless this dismisses the slot.
  virtual void worker_exits(Slot& slot);
  /// That pid names nobody any more, whether or not there ever was a worker: for who monitors it.
  void worker_ended(Pid pid, const ExitReason& reason) noexcept;
  /// Makes a worker, and tells of it. Throws what its constructor throws, which is its death.
  /// `slot` is the one that has this pid already.
  WorkerBox* create_worker(const WorkerFactory& arguments, Pid pid, Slot* slot = nullptr);
  /// The worker that create_worker made has ended: once for each, for all who listen.
  void worker_died(Pid pid, const ExitReason& reason) noexcept;
  void destroy_worker(WorkerBox* box, const ExitReason& reason) noexcept;
  /// A handler was taken from its slot and left to itself; and it has ended.
  virtual void handler_abandoned(Pid worker) = 0;
  virtual void abandoned_ended(Pid worker) = 0;

  // ---- the end
  /// Takes no more work and closes the slots; waits for nothing.
  virtual void begin_stop(ExitReason reason) = 0;
  /// Why a slot that closes does, and what a message that it can no longer take is given up with.
  virtual ExitReason closing_reason(const Slot& slot) const = 0;
  struct Refusal {
    ErrorCode code;
    std::string_view why;  ///< a literal
  };
  virtual Refusal refusal(const Slot& slot) const noexcept = 0;
  [[noreturn]] void refuse(const Slot& slot) const;
  void give_up_refused(const Slot& slot, Message* message) noexcept;
  /// The slot has given up its queue and its worker. It is touched no more by who ran it, but for
  /// what RuntimeCore::release_later waits for.
  virtual void slot_closed(Slot& slot) = 0;
  /// For who drains: the slot of that index is idle; `unlimited`: nothing is in backoff.
  virtual void slot_idle(std::size_t index) = 0;
  /// Keeps the owner and the slot where they are.
  virtual std::shared_ptr<SlotOwner> keep(const Slot& slot) = 0;

  // ---- for who grows and shrinks
  /// Whether that slot is in use.
  virtual bool wants(std::size_t index) const noexcept;
  /// The worker for a slot that comes back into use; null: none has arrived.
  virtual WorkerBox* take_arrival(std::size_t index);
  /// A message of a slot that is in use no more.
  virtual void requeue_elsewhere(Message* message) noexcept;

  // ---- for who shares a queue
  /// Messages wait for whoever is free, and the caller is not: wakes a slot that rests, if one
  /// does.
  virtual void wake_a_free_worker() noexcept {}
  /// The same for so many messages.
  void wake_free_workers(std::size_t count) noexcept {
    for (; count > 0; --count) wake_a_free_worker();
  }

 protected:
  SlotOwner(RuntimeCore& runtime, const WorkerType& worker, const QueueOptions& queue) noexcept
      : runtime_(runtime), worker_(worker), queue_(queue) {}
  ~SlotOwner() = default;

 private:
  // For the engine's own listeners.
  virtual void hear_init_start() noexcept;
  virtual void hear_created(Pid worker) noexcept;
  virtual void hear_died(Pid worker, const ExitReason& reason) noexcept;
  void count_dropped() noexcept { dropped_.fetch_add(1, std::memory_order_relaxed); }
  bool tell_job(Event::Kind kind, const AttemptAt& job, Duration delay = {}) noexcept;

  RuntimeCore& runtime_;
  const WorkerType& worker_;
  const QueueOptions queue_;

 protected:
  bool dedicated_ = false;
  SharedQueue* shared_ = nullptr;
  const std::atomic<bool>* watch_asleep_ = nullptr;  // null: nobody watches
  alignas(64) std::atomic<int> drainers_{0};

 private:
  std::atomic<std::uint64_t> dropped_{0};
  std::atomic<std::uint32_t> logged_{0};
  std::atomic<int> telling_{0};
  Histogram waited_, ran_;
  Backoffs backoffs_;
};

}  // namespace poolder::detail
