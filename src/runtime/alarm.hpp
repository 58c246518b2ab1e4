#pragma once

#include <memory>
#include <utility>

#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/detail/timer.hpp>

namespace poolder::detail {

/// A timer that is armed now and then instead of with each thing that it watches: when it is due it
/// asks `Core::*look`, which says when to ask again. While armed it keeps its core alive.
///
/// Thread safety: wants_arming and rest in the core's cell; arm and cancel outside of it. Who was
/// told to arm it does so, once.
template <class Core>
class Alarm final : public Timer {
 public:
  /// Enters the cell: the next deadline, or `never` after rest().
  using Look = Ticks (Core::*)();

  Alarm(Core& core, Look look) noexcept : Timer(&due), core_(core), look_(look) {}

  /// True: it is not armed, and the caller now has to.
  bool wants_arming() noexcept { return !std::exchange(armed_, true); }
  void rest() noexcept { armed_ = false; }

  void arm(Ticks when) {
    kept_ = core_.shared_core();
    core_.runtime().arm(*this, when);
    if (core_.is_closed()) cancel();  // who stops may have been too early to cancel it
  }
  /// Looks at once, if it is armed.
  void cancel() {
    if (core_.runtime().cancel(*this)) due(*this);
  }

 private:
  static void due(Timer& timer) noexcept {
    auto& self = static_cast<Alarm&>(timer);
    const auto kept = std::move(self.kept_);
    const Ticks next = (self.core_.*self.look_)();
    if (next != never) self.arm(next);
  }

  Core& core_;
  const Look look_;
  std::shared_ptr<void> kept_;
  bool armed_ = false;  // or about to be; in the cell
};

}  // namespace poolder::detail
