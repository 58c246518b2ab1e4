#pragma once

#include <functional>
#include <memory>
#include <utility>

#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/event.hpp>

#include "runtime/listeners.hpp"

namespace poolder::detail {

/// Who listens to all engines of a runtime.
///
///   const bool heard = runtime().events().tell(*this, [&] {
///     return Event{.kind = Event::Kind::job_dropped, .task = std::string(task)};
///   });
///   if (!heard) log_once(...);
///
/// Thread safety: any thread, holding no cell.
class Events {
 public:
  explicit Events(RuntimeCore& core) : core_(core) {}

  bool anyone() const noexcept { return listeners_.anyone(); }

  /// Tells the event that make() returns, with the engine's class and name filled in. False: nobody
  /// listens, and none was made; that costs a load and a branch.
  template <class F>
  bool tell(const EngineCore& engine, F&& make) const noexcept {
    if (!anyone()) [[likely]]
      return false;
    tell_all(engine, make());
    return true;
  }

  Subscription add(std::function<void(const Event&)> callback) const;
  /// Waits until what was told before is heard. False: the deadline came first.
  bool settle(Ticks deadline) const { return listeners_.settle(core_, deadline); }

 private:
  using Callback = std::function<void(const Event&)>;

  void tell_all(const EngineCore& engine, Event event) const;

  RuntimeCore& core_;
  Listeners<Callback> listeners_;
};

}  // namespace poolder::detail
