#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <poolder/core/duration.hpp>
#include <poolder/runtime/detail/op_cell.hpp>
#include <poolder/runtime/detail/runnable.hpp>
#include <poolder/runtime/detail/timer.hpp>
#include <poolder/runtime/detail/wait_point.hpp>
#include <poolder/runtime/engine_stats.hpp>
#include <poolder/runtime/exit_reason.hpp>
#include <poolder/runtime/pid.hpp>
#include <poolder/runtime/subscription.hpp>

namespace poolder::detail {

/// What every engine's core shows to its runtime. Engines are handles on cores; the runtime
/// knows the cores that have not ended.
class EngineCore {
 public:
  virtual ~EngineCore() = default;

  /// The engine's class, e.g. "Pool"; names are unique in it.
  virtual std::string_view kind() const noexcept = 0;
  /// The engine's type, definition included: what find() looks for.
  virtual std::string_view type() const noexcept = 0;
  virtual std::string_view name() const noexcept = 0;
  virtual bool owns(Pid pid) const noexcept = 0;
  /// A snapshot, cheap at any size and load: it is asked for many times a second.
  virtual EngineStats engine_stats() const;
  /// As the engine's stop(): waits, and may be called again and at any moment.
  virtual void stop() = 0;
  /// Stops as if the shutdown time were over: handlers that still run are left behind. Waits for
  /// nothing, so the end may come a little later; may be called while a stop() waits.
  virtual void stop_now() {}
  /// The calling thread is in one of this engine's handlers, which stop() would wait for.
  virtual bool runs_here() const noexcept { return false; }
  /// The system clock of a simulation was set: an engine that goes by it looks again.
  virtual void system_clock_was_set() {}
  /// Starts the engine afresh in place, once it has stopped: what was made from the user's types is
  /// made again from the kept arguments. Throws what that throws, and stays stopped then. Called by
  /// its supervisor alone.
  virtual void restart() = 0;

  /// `told` hears of each time the engine has stopped, and why: on the thread that ended it, no
  /// cell held; at once where it has stopped already. It must be short. Any stop() that returns
  /// does so after. For the engine's supervisor.
  void on_ended(std::function<void(const ExitReason&)> told);

 protected:
  /// The engine has ended: the last step before anyone who waits for that goes on.
  void tell_ended(const ExitReason& reason) noexcept;
  /// It has been started afresh.
  void forget_end() noexcept;

 private:
  OpCell listener_cell_;
  std::shared_ptr<const std::function<void(const ExitReason&)>> listener_;
  std::optional<ExitReason> end_;
};

class Registry;
class Monitors;
class Events;
class WaitGraph;

/// What everything else runs on; a Runtime is a handle on one. Two kinds: threads, and simulation.
///
/// Thread safety: all of it from any thread.
class RuntimeCore : public std::enable_shared_from_this<RuntimeCore> {
 public:
  virtual ~RuntimeCore();

  // Time, in nanoseconds of the steady clock, or of the virtual one.
  virtual Ticks now() const noexcept = 0;
  /// As now(), but up to about a millisecond ago: for what is done too often to ask a clock.
  Ticks recently() noexcept {
    const Ticks time = recently_.load(std::memory_order_relaxed);
    return time != unknown ? time : look_at_clock();
  }
  /// The system clock, in nanoseconds since 1970.
  virtual Ticks system_now() const noexcept = 0;
  /// How often who goes by the system clock must look whether it was set. `infinity`: is told of it
  /// by EngineCore::system_clock_was_set.
  virtual Duration look_at_system_clock() const noexcept = 0;
  virtual void arm(Timer& timer, Ticks deadline) = 0;
  virtual bool cancel(Timer& timer) = 0;

  // Scheduling. The caller owns the cell, and gives that away.
  virtual void schedule(Runnable& cell) = 0;
  virtual void schedule_last(Runnable& cell) = 0;  ///< at the back, where others wait
  virtual bool wait(WaitPoint& point, Ticks deadline) = 0;

  /// Drops the reference once no thread can still be in a turn that began before: a cell's memory
  /// outlives the last step of who gave it up.
  virtual void release_later(std::shared_ptr<void> last) = 0;

  /// More, or fewer, spare threads than the options allow: for who must get on while all are stuck
  /// in handlers.
  virtual void allow_spares(int more) noexcept = 0;

  /// For cells with threads of their own; null: all share threads.
  virtual const std::shared_ptr<class HomeCount>& homes() const noexcept;

  /// Null: not simulated. Draws from the seed.
  virtual class Random* choices() noexcept { return nullptr; }
  /// Simulated, and the caller is neither its owner nor a handler: throws Error{invalid_argument}.
  virtual void check_thread() const {}

  /// Stops all engines, newest first, then the threads. Idempotent.
  void stop();
  bool stopping() const noexcept { return stopping_.load(std::memory_order_acquire); }

  Registry& registry() noexcept { return *registry_; }
  Monitors& monitors() noexcept { return *monitors_; }
  Events& events() noexcept { return *events_; }
  WaitGraph& wait_graph() noexcept { return *wait_graph_; }

  /// How many callbacks of subscriptions have thrown.
  std::uint64_t callback_failures() const noexcept {
    return callback_failures_.load(std::memory_order_relaxed);
  }
  void count_callback_failure() noexcept {
    callback_failures_.fetch_add(1, std::memory_order_relaxed);
  }

 protected:
  static constexpr Ticks unknown = 0;

  RuntimeCore();
  virtual void stop_threads() = 0;
  /// now(), where nobody keeps recently_ up to date.
  virtual Ticks look_at_clock() noexcept { return now(); }

  std::atomic<Ticks> recently_{unknown};

 private:
  std::unique_ptr<Registry> registry_;
  std::unique_ptr<Monitors> monitors_;
  std::unique_ptr<Events> events_;
  std::unique_ptr<WaitGraph> wait_graph_;
  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> callback_failures_{0};
};

/// Runs `job` as run_detached does, after `delay`.
void run_after(RuntimeCore& core, Duration delay, std::function<void()> job);

/// Runs `job` as a job of its own, on a scheduler thread; what it throws is caught and counted.
/// After the runtime has stopped it is destroyed unrun.
void run_detached(RuntimeCore& core, std::function<void()> job,
                  Priority priority = Priority::normal);

}  // namespace poolder::detail
