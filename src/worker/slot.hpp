#pragma once

#include <atomic>
#include <exception>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include <poolder/runtime/detail/mailbox.hpp>
#include <poolder/runtime/detail/reply.hpp>
#include <poolder/runtime/detail/runnable.hpp>
#include <poolder/runtime/detail/timer.hpp>
#include <poolder/runtime/exit_reason.hpp>
#include <poolder/runtime/pid.hpp>
#include <poolder/worker/detail/worker_type.hpp>

#include "runtime/activation.hpp"
#include "worker/slot_queue.hpp"
#include "worker/worker_box.hpp"

namespace poolder::detail {

class Slot;
class SlotOwner;
class SlotTimer;

/// The calling thread has a slot's baton, in a handler or on the way to and from one: what must not
/// wait for that slot.
class Owning {
 public:
  /// `inside`: the innermost handler that the thread is in already.
  explicit Owning(Slot& slot, const Activation* inside = nullptr) noexcept;
  ~Owning();
  Owning(const Owning&) = delete;
  Owning& operator=(const Owning&) = delete;

  static const Owning* innermost() noexcept;
  const Owning* outer() const noexcept { return outer_; }
  const Slot& slot() const noexcept { return slot_; }
  /// The slot was taken from the handler that this thread is in: it is somebody else's.
  bool is_lost() const noexcept;

 private:
  const Slot& slot_;
  const Activation* const inside_;
  const Owning* const outer_;
};

/// A worker's place in its engine: a cell with its queue, its statistics, and the worker object of
/// the moment, which it outlives.
///
/// Thread safety. The first cache line is what senders touch, the second what the owner of the
/// baton writes. notify, kill, request_stop and the readers of statistics may be called by anyone,
/// everything else by the owner.
///
/// Invariants.
/// 1. The baton is the mailbox's (see Mailbox), or parked: control_ has `parked`, and whoever
/// clears that owns the slot.
/// 2. Before user code runs, everything the slot needs to go on without this thread is in the slot;
/// whoever ends the
///    activation, the handler itself or a kill, owns the slot after. The loser touches its own box
///    and message only.
/// 3. pid_ is the worker that ought to be here; one with another pid is replaced before the next
/// message. No pid: the slot was dismissed, and its owner closes it as soon as it sees that.
///
/// Pairs. notify changes control_, then tries to enter; the owner leaves, then looks at control_:
/// one of them sees the other. All four are sequentially consistent.
class alignas(64) Slot : public Runnable {
 public:
  enum Control : std::uint32_t {
    paused = 1,       ///< messages wait
    parked = 2,       ///< nobody runs the slot, though it is not idle
    delayed = 4,      ///< a worker could not be constructed; the next try comes later
    closing = 8,      ///< takes no more, gives up what is queued, and ends its worker
    resizing = 16,    ///< the engine has grown or shrunk past this slot
    replacing = 32,   ///< pid_ has changed: the worker was killed
    hibernating = 64  ///< idle for long, perhaps
  };

  Slot(SlotOwner& owner, std::size_t index, WorkerBox* worker);
  ~Slot() override;

  // ---- any thread
  Mailbox& mail() noexcept { return mail_; }
  SlotQueue* queue() noexcept { return queue_.get(); }
  std::size_t index() const noexcept { return index_; }
  Pid pid() const noexcept { return Pid::from(pid_.load(std::memory_order_acquire)); }
  /// That worker object is here, wanted or not.
  bool holds(Pid pid) const noexcept {
    return pid != Pid{} && present_.load(std::memory_order_acquire) == pid.value();
  }
  /// The worker object that is here, wanted or not.
  Pid present() const noexcept { return Pid::from(present_.load(std::memory_order_acquire)); }
  bool is_idle() const noexcept { return mail_.is_idle(); }
  /// At nothing, so at rest, or about to be.
  bool is_settling() const noexcept {
    return !activation() && present() != Pid{} && queue_length() == 0;
  }
  const SlotOwner& owner() const noexcept { return owner_; }

  /// Sets and clears bits, and sees to it that the owner looks at them.
  void notify(std::uint32_t set, std::uint32_t clear = 0);
  /// Something came into queue(): runs the slot if nobody does. False: somebody does.
  bool wake();
  /// Replaces the worker if it is still `victim`.
  bool kill(Pid victim);
  /// What was taken from a handler that a kill has left to itself, and has to be told of: by who
  /// runs user code. Until then the slot is in the hands of whoever has this.
  struct Taken {
    Taken(Pid worker, const WorkerMessageType& message_type, const ExitReason& why)
        : victim(worker), type(message_type), reason(why) {}
    Taken(Taken&& other) noexcept;
    ~Taken();
    Pid victim;
    const WorkerMessageType& type;
    ExitReason reason;
    int attempt = 1;
    ReplyBase* reply = nullptr;  // held
    std::stop_source stop{std::nostopstate};
    Loans::Recalled loans;
  };
  /// The first half of a kill, while that run goes on; nothing: it has ended. Runs no user code and
  /// waits for nothing.
  std::optional<Taken> take(Pid victim, const Activation::Run& run);
  /// The second. The slot goes on.
  void go_on_without(Taken taken);
  /// Tries again to take the slot from a handler that kill() just missed. True: nothing is left to
  /// do.
  bool kill_again(Pid victim);
  /// Asks the handler that runs, if one does, to end.
  void request_stop() { request_stop_of(present()); }
  void request_stop_of(Pid worker);
  /// The shutdown time is over: closes without that worker's handler, if it still runs.
  void abandon(Pid worker);
  void abandon() { abandon(present()); }
  /// The engine starts afresh, and the slot has closed: takes mail again, with that worker; null:
  /// it is not in use for now.
  void reopen(WorkerBox* worker);
  /// The engine has not come to be: closes on the caller's thread, which nobody races with.
  void close_unused();
  /// The same for a slot that the engine has shrunk past, and which goes on without a worker.
  void leave_behind(Pid worker);
  /// The engine's size has passed this slot, up or down: a worker arrives, or the queue goes to
  /// others.
  void resized() { notify(resizing); }
  /// From now on nobody ought to be here: the first of two steps, which an engine's cell may take.
  /// False: that worker, or with dismiss() any, was not here any more.
  bool dismiss(Pid worker, const ExitReason& reason);
  Pid dismiss(const ExitReason& reason);
  /// The second: closes once its handler returns, and asks that to end. `worker` is who was
  /// dismissed.
  void close_dismissed(Pid worker, const ExitReason& reason);
  /// The pid of the worker that arrives.
  void expect(Pid pid) noexcept { pid_.store(pid.value(), std::memory_order_release); }

  // ---- any thread: messages, which belong to the slot from here on, whatever happens
  /// Returns once it is queued; waits where the queue is full and OnFull::block. Throws
  /// Error{queue_full}, Error{would_deadlock}, and what the owner refuses with.
  void cast(Message* message);
  /// False: it is full. Never waits; throws what the owner refuses with.
  bool try_cast(Message* message);
  /// Queues a request and waits for its reply. Throws as cast does, and Error{timeout}.
  void call(Message* message, ReplyBase& reply, Ticks deadline);
  /// Queues a request; what the slot refuses is stored in the reply.
  void request(Message* message, ReplyBase& reply, Ticks deadline);
  /// The same without the wait for room. True: `blocked` is listed for that, until end_offer(),
  /// which waits for it.
  bool offer(Message* message, ReplyBase& reply, SlotQueue::Blocked& blocked);
  void end_offer(SlotQueue::Blocked& blocked, ReplyBase& reply, Ticks deadline);
  /// A message that its owner had already: out of its backoff, or from another slot.
  void requeue(Message* message) noexcept;

  // ---- the owner of the baton
  void run(Turn& turn) noexcept override;
  void go_home() noexcept override;
  /// A message for the slot that the caller has just entered, before all others; the baton goes
  /// with it.
  void hand_in(Message* message) noexcept;
  bool is_paused() const noexcept {
    return (control_.load(std::memory_order_acquire) & paused) != 0;
  }
  /// Nothing stands before a request that has just entered the idle slot.
  bool ready_for_inline() const noexcept {
    return control_.load(std::memory_order_acquire) == 0 && box_ && !retired_;
  }
  /// A request that runs on the caller's thread, between enter and hand_back, without a message.
  WorkerBox& begin_inline(const WorkerMessageType& type) noexcept;
  /// False: killed meanwhile; the slot, and so the engine perhaps, is somebody else's.
  bool end_inline(WorkerBox& box, const std::exception_ptr& error) noexcept;
  void hand_back() noexcept;
  /// That worker is no more: the next one has another pid. Before anyone is told of its end, so
  /// that who asks for it then does not wait for an end that was.
  void lose(Pid pid, const ExitReason& reason);

  // ---- statistics, any thread
  std::uint64_t processed() const noexcept { return processed_.load(std::memory_order_relaxed); }
  std::uint64_t failed() const noexcept { return failed_.load(std::memory_order_relaxed); }
  std::uint64_t retried() const noexcept { return retried_.load(std::memory_order_relaxed); }
  std::uint64_t restarts() const noexcept { return restarts_.load(std::memory_order_relaxed); }
  std::uint64_t runs() const noexcept { return processed() + failed() + retried(); }
  std::size_t queue_length() const noexcept;
  /// What a message would wait for here: 0 at rest, `unlimited` without a worker.
  std::size_t load() const noexcept;
  Activation* activation() const noexcept;  ///< of the handler that runs; null: none
  /// What the slot is at.
  struct AtWork {
    const MessageType* task = nullptr;  ///< null: nothing
    Ticks since = 0;                    ///< by RuntimeCore::recently()
  };
  AtWork at_work() const noexcept;
  Activation::Run present_run() const noexcept {
    const Activation* activation = activation_.load(std::memory_order_acquire);
    return activation ? activation->run_of(this) : Activation::Run{};
  }

 private:
  enum class Step { go_on, gone };
  /// What a handler threw. `what` is noted when it is caught: to ask later is to throw once more.
  struct Thrown {
    std::exception_ptr error;
    std::string_view what;
  };
  enum class Lost : std::uint8_t { nothing, crash, killed, ended };

  // slot_sending.cpp: messages that arrive
  void push(Message* message, Ticks deadline);
  bool try_push(Message* message, SlotQueue::Blocked* blocked);
  bool push_or_list(Message* message, SlotQueue::Blocked& blocked);
  void wait_for_room(SlotQueue::Blocked& blocked, Ticks deadline);

  // slot.cpp: the turn
  Message* next_message(std::uint32_t unless = 0) noexcept;
  Message* next_of_its_own(std::uint32_t unless) noexcept;
  bool has_mail() noexcept;
  bool has_work() noexcept;
  bool shares() const noexcept;
  void leave_shared_to_others() noexcept;
  Step wait_for_mail() noexcept;
  Step rest() noexcept;
  Step handle(Message* message) noexcept;
  bool run_user_code(Message& message, int attempt, Next& next, Thrown& thrown,
                     std::optional<Recovery>& recovery) noexcept;
  bool worth_running(Message& message) noexcept;
  void count(std::atomic<std::uint32_t>& counter) noexcept {
    counter.store(counter.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  }

  // slot_outcome.cpp: what comes of a handler
  void succeeded(Message* message, Next& next);
  void call_failed(Message* message, Thrown thrown);
  void job_failed(Message* message, const Thrown& thrown, Recovery recovery);
  void again(Message* message) noexcept;
  Recovery by_policy(int attempt);
  void after_failure(std::string_view what);

  // slot_worker.cpp: workers that end and begin
  void end_worker(ExitReason reason, Lost lost);
  bool replace_pid(Pid pid) noexcept;
  Step renew() noexcept;
  bool construct(Pid pid) noexcept;
  void put_off(Duration delay);
  void forget_timer() noexcept;
  void was_taken(WorkerBox* box, Message* message) noexcept;

  // slot_control.cpp: what others ask for
  Step attend() noexcept;
  Step park(std::uint32_t reason) noexcept;
  void close() noexcept;
  bool resize();
  void replace_if_killed();
  void forward() noexcept;
  void hibernate();
  bool take_from_handler(Pid victim, const ExitReason& reason);
  std::optional<Taken> take_from_handler(Pid victim, const ExitReason& reason,
                                         const Activation::Run* run);
  Taken take_out(Activation& activation, const ExitReason& reason);
  void tell(Taken& taken);
  void note_unborn(Pid pid, const ExitReason& reason);

  const std::uint32_t index_;  // here, where it costs nothing
  Mailbox mail_;
  SlotOwner& owner_;
  std::unique_ptr<SlotQueue> queue_;
  WorkerBox* box_;
  std::atomic<std::uint64_t> pid_;
  std::atomic<std::uint64_t> present_;  // the pid of box_; 0: there is none

  alignas(64) Message* batch_ = nullptr;
  std::atomic<std::uint32_t> batch_length_{0};
  std::atomic<std::uint32_t> control_{0};
  std::atomic<Activation*> activation_{nullptr};
  Message* current_ = nullptr;  // what the handler runs; null in an inline call
  std::atomic<std::uint64_t> processed_{0};
  std::atomic<std::uint32_t> failed_{0}, retried_{0}, restarts_{0};
  Lost lost_ = Lost::nothing;  // why there is no worker, until its restart is admitted
  bool retired_ = false;
  bool slept_ = false;      // handle_hibernate was called in this idle time
  std::uint8_t tries_ = 0;  // failed constructions in a row
  SlotTimer* timer_ = nullptr;
  friend class SlotTimer;
};
static_assert(sizeof(Slot) == 128 || sizeof(void*) != 8,
              "two cache lines: a million idle workers count");

/// A slot's one timer: for its hibernation, or for the next try at a constructor. Shared by the
/// slot and the clock.
class SlotTimer final : public Timer {
 public:
  SlotTimer(std::shared_ptr<SlotOwner> owner, Slot& slot, std::uint32_t set, std::uint32_t clear)
      : Timer(&fired), owner_(std::move(owner)), slot_(slot), set_(set), clear_(clear) {}

  void release() noexcept {
    if (references_.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  Ticks idle_since = 0;  ///< the slot's note

 private:
  static void fired(Timer& timer) noexcept {
    auto& self = static_cast<SlotTimer&>(timer);
    self.slot_.notify(self.set_, self.clear_);
    self.release();
  }

  std::atomic<int> references_{2};
  std::shared_ptr<SlotOwner> owner_;
  Slot& slot_;
  const std::uint32_t set_, clear_;
};

}  // namespace poolder::detail
