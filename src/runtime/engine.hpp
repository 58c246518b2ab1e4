#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include <poolder/runtime/detail/core.hpp>

#include "runtime/activation.hpp"
#include "runtime/events.hpp"
#include "runtime/scheduler_thread.hpp"

namespace poolder::detail {

/// What the engines that run handlers of the user's have in common, but for Pool, whose handlers
/// run in slots: a name, a cell for the state, drain, an end that waits for handlers but not for
/// ever, and a start afresh.
///
/// An engine derives from it, keeps its own state in `cell_`, and goes through this with each
/// handler:
///
///   in the cell      const Generation generation = handler_begins();
///   on a scheduler thread, holding a reference to the engine
///                    { const InHandler here{*this, &task}; run the user's code, catch all; }
///   in the cell      handler_ends(generation, here, told);     with what else the engine notes
///   not in the cell  tell(told);
///
/// Thread safety: the public functions from any thread. "In the cell" means inside
/// cell_.enter(...), on whatever thread; everything else is called outside of it.
///
/// Invariants.
/// 1. running -> closing (takes no more, begin_stop is under way) -> stopping -> finishing ->
/// stopped, and from there by restart() to running in the next generation.
/// 2. running_ counts the handlers of this generation. One that outlives its generation (abandoned
/// at the end of the shutdown time) is not counted any more, and its end changes nothing.
/// 3. Who waits for the end is signalled after the name is free.
/// 4. Destroying what is the user's, where that is not part of a handler, is one of its own: it may
/// be the last to hold whoever owns the engine, and so call stop().
/// 5. ending_ are the threads in begin_stop or give_up_rest. What they destroy may call stop() too,
/// which does not wait for what is further up on its own stack.
class Engine : public EngineCore, public std::enable_shared_from_this<Engine> {
 public:
  // EngineCore
  std::string_view kind() const noexcept override { return kind_; }
  std::string_view type() const noexcept override { return type_; }
  std::string_view name() const noexcept override { return name_; }
  bool owns(Pid) const noexcept override { return false; }
  void stop() override;
  void stop_now() override;
  void restart() override;
  bool runs_here() const noexcept override;

  /// True at a moment at which the engine is idle; false at the deadline. Throws
  /// Error{would_deadlock} inside one of its handlers.
  bool drain(Duration deadline);
  /// Begins to stop, and waits for nothing. Later reasons than the first change nothing; false:
  /// this was one.
  bool stop_for(ExitReason reason);

  RuntimeCore& runtime() const noexcept { return *runtime_; }
  const std::shared_ptr<RuntimeCore>& shared_runtime() const noexcept { return runtime_; }
  bool is_closed() const noexcept { return closed_.load(std::memory_order_acquire); }
  /// Throws Error{stopped}.
  void check_open() const;
  void check_thread() const {
    if (simulated_) runtime_->check_thread();
  }

 protected:
  /// Of what handlers belong to: one life between a start and the end after it.
  using Generation = std::uint32_t;

  struct Identity {
    std::string_view kind;  ///< a literal
    std::string_view type;  ///< of the engine, definition included; a literal
    std::string_view name;  ///< copied
  };

  Engine(std::shared_ptr<RuntimeCore> runtime, Identity identity, Duration shutdown);

  /// Makes the engine known; the last step of its start. Throws Error{already_exists} and
  /// Error{stopped}.
  void open();

  /// User code on this thread, as whoever asks for deadlocks, for blocked threads and for
  /// statistics sees it.
  class InHandler {
   public:
    InHandler(Engine& engine, const MessageType* task) noexcept : handler_(&engine, task) {}
    ~InHandler() { (void)handler_.end(); }
    InHandler(const InHandler&) = delete;
    InHandler& operator=(const InHandler&) = delete;

    /// What handler_ends wants to know; good after the end too.
    const Activation* activation() noexcept { return &handler_.activation(); }

   private:
    Handler handler_;
  };

  /// Who is to be told of a change that was made in the cell.
  struct Told {
    std::vector<WaitPoint*> points;
    bool finish = false;
  };

  // ---- in the cell
  bool is_running() const noexcept { return phase_ == Phase::running; }
  bool is_stopping() const noexcept {
    return phase_ == Phase::closing || phase_ == Phase::stopping;
  }
  std::size_t handlers() const noexcept { return running_; }
  Generation generation() const noexcept { return generation_; }
  /// Why it stops, once it does.
  const ExitReason& reason() const noexcept { return reason_; }
  Generation handler_begins() noexcept { return ++running_, generation_; }
  void handler_ends(Generation generation, const void* handler, Told& told);
  /// Something has changed that may have made the engine idle, or able to end.
  void settle(Told& told);

  // ---- not in the cell
  void tell(Told& told);
  /// Whatever the phase. False: the deadline passed.
  bool wait_for_idle(Ticks until);
  void settle_and_tell();
  /// Runs `job` when the engine has waited long enough, once the shutdown time is over, for what it
  /// then still has to tell the user's code: as long again, and enough for what does not block.
  void after_second_grace(std::function<void()> job);
  /// Tells who listens to the runtime's engines of the event that make() returns; false: nobody
  /// does.
  template <class F>
  bool tell_event(F&& make) const noexcept {
    return runtime_->events().tell(*this, make);
  }
  /// A line on stderr.
  void log(const std::string& line) noexcept;
  /// The same, once for each bit of `kind`.
  void log_once(std::uint32_t kind, const std::string& line) noexcept;
  void report_hook(std::string_view hook, const std::exception_ptr& error) noexcept;

  // ---- what the engine says of itself
  /// In the cell. Nothing is queued, in backoff, or running: what drain waits for. Handlers are
  /// counted by handlers().
  virtual bool is_idle() const noexcept = 0;
  /// In the cell: while stopping, whether all that is to be done before the end is done. Asked only
  /// where no handler runs.
  virtual bool may_end() const noexcept { return true; }
  /// In the cell: how many of the handlers that are counted end soon by themselves, so that the
  /// engine waits for them also after the shutdown time.
  virtual std::size_t ending() const noexcept { return 0; }
  /// The engine takes no more work: gives up what is queued (rule 1), or sees to it that it is
  /// handled. Once a generation.
  virtual void begin_stop() = 0;
  /// The shutdown time is over: what is still queued is given up. The engine ends right after.
  virtual void give_up_rest() {}
  /// In the cell: the end, from which on no handler is counted that has not ended.
  virtual void leave_handlers() noexcept {}
  /// A new generation: everything as after construction, the user's objects made again. May throw;
  /// then nothing has changed.
  virtual void begin_again() = 0;
  /// It has been for nothing, as the name has been taken meanwhile: destroys what it made.
  virtual void take_back() {}
  /// What was started afresh runs: what must not happen before may begin.
  virtual void has_restarted() {}
  /// Not in the cell: those of the engine's handlers that the calling thread is in, each by what
  /// handler_ends is told of it.
  virtual std::vector<const void*> handlers_here() const;

  mutable OpCell cell_;

 private:
  enum class Phase { running, closing, stopping, finishing, stopped };

  struct Ending {
    Generation generation;  ///< the life that ends, or has ended
    bool is_mine;           ///< by this call
  };
  Ending end_life(ExitReason reason);
  void end_grace(Generation generation);
  void finish();
  std::vector<WaitPoint*>* list_for_stop(const std::vector<const void*>& mine,
                                         std::thread::id here);
  void withdraw(std::vector<WaitPoint*>& list, WaitPoint& point);

  const std::shared_ptr<RuntimeCore> runtime_;
  const std::string_view kind_, type_;
  const std::string name_;
  const Duration shutdown_;
  const bool simulated_;
  std::atomic<bool> closed_{false};
  std::atomic<std::uint32_t> logged_{0};

  // In the cell.
  Phase phase_ = Phase::running;
  Generation generation_ = 0;
  ExitReason reason_;
  std::size_t running_ = 0;
  bool grace_is_over_ = false;
  bool hurried_ = false;  // the shutdown time ended while begin_stop was under way
  std::vector<std::thread::id> ending_;
  std::vector<const void*> inside_;  // handlers that are in stop()
  std::vector<WaitPoint*> stop_waiters_, inside_waiters_, nested_waiters_, drain_waiters_;
};

}  // namespace poolder::detail
