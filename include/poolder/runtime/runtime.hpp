#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string_view>
#include <utility>

#include <poolder/core/type_name.hpp>
#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/engine_stats.hpp>
#include <poolder/runtime/event.hpp>
#include <poolder/runtime/exit_reason.hpp>
#include <poolder/runtime/options.hpp>
#include <poolder/runtime/pid.hpp>
#include <poolder/runtime/ref.hpp>
#include <poolder/runtime/subscription.hpp>

namespace poolder {

/// Scheduler threads, timers and the names of engines: what everything else runs on. A program has
/// one; more do no harm and share nothing. Engines must not outlive it, but may: they are stopped
/// then. All of it from any thread.
class Runtime {
 public:
  /// Starts its threads. Throws Error{invalid_argument} for options that make no sense,
  /// std::system_error where no thread can be had.
  explicit Runtime(RuntimeOptions options = {});
  /// Stops whatever still runs, newest first, and joins its threads; handlers that do
  /// not return within RuntimeOptions::shutdown are left to end on their own.
  ~Runtime();
  Runtime(const Runtime&) = delete;
  Runtime& operator=(const Runtime&) = delete;

  /// The engine of that type and name, e.g. find<Pool<MyPool>>("mypool"); empty where there is
  /// none.
  template <class Engine>
  Ref<Engine> find(std::string_view name) const {
    return Ref<Engine>{find_core(detail::type_name<Engine>(), name)};
  }

  /// Calls back once when the worker ends, as a job of its own; one that has ended already is
  /// reported at once. Why is remembered until 65,536 other workers of the runtime have ended; who
  /// asks later, or for a pid that names nobody, is told ExitReason::Kind::normal, "no such worker,
  /// or it ended long ago".
  Subscription monitor(Pid worker, std::function<void(Pid, const ExitReason&)> callback);

  /// Tells of what happens in all engines, until the subscription ends: on the thread that caused
  /// it, which goes on when the callback has returned. The callback never runs twice at a time;
  /// what it causes itself, or what happens while it waits for something of poolder's, is told as
  /// soon as it has returned. One that throws disturbs nobody.
  Subscription on(std::function<void(const Event&)> callback);

  /// A table of all engines, cheap enough to be asked for many times a second.
  RuntimeStats stats() const;

  /// The steady clock; in simulation the virtual one.
  std::chrono::steady_clock::time_point now() const;
  /// The system clock; in simulation the virtual one.
  std::chrono::system_clock::time_point system_now() const;

  /// For poolder's engines.
  const std::shared_ptr<detail::RuntimeCore>& core() const noexcept { return core_; }
  /// For poolder's supervisors: a second handle, which does not end the runtime.
  Runtime(detail::Attach, std::shared_ptr<detail::RuntimeCore> core) noexcept
      : core_(std::move(core)), owner_(false) {}

 protected:
  explicit Runtime(std::shared_ptr<detail::RuntimeCore> core) noexcept;

 private:
  std::shared_ptr<detail::EngineCore> find_core(std::string_view type, std::string_view name) const;

  std::shared_ptr<detail::RuntimeCore> core_;
  bool owner_ = true;
};

}  // namespace poolder
