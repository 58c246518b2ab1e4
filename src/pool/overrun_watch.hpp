#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <memory>
#include <vector>

#include <poolder/pool/overrun.hpp>
#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/detail/runnable.hpp>
#include <poolder/runtime/detail/timer.hpp>

#include "runtime/activation.hpp"
#include "runtime/listeners.hpp"

namespace poolder::detail {

class PoolCore;
class Slot;

/// Sees which of a pool's handlers run for too long, by looking: a slot that is still at the same
/// run as at an earlier look has been at it since.
///
/// Looks are an eighth of warn_after apart while runs begin and end. Once two looks in a row have
/// found the same runs, it sleeps until the next report is due; a run that begins meanwhile wakes
/// it. So nothing is done for a run but a load and a branch, and nothing at all while the pool is
/// idle.
///
/// Thread safety: any thread. Looks never overlap: the next is armed at the end of one.
///
/// Pairs. A run begins (the activation's release), then looks at asleep_; the watch sets asleep_,
/// then looks at the runs a whole interval later, when any store that had not arrived has.
class OverrunWatch final : public Timer, public Runnable {
 public:
  using Run = Activation::Run;

  OverrunWatch(PoolCore& pool, const OverrunOptions& options);

  bool is_on() const noexcept { return options_.warn_after != infinity; }
  /// True: a run that begins must call wake().
  std::atomic<bool>& asleep() noexcept { return asleep_; }
  void wake() noexcept;

  Subscription on_overrun(std::function<void(const Overrun&)> callback);
  /// The pool has stopped: nothing is armed any more.
  void stop();
  std::uint64_t overruns() const noexcept { return overruns_.load(std::memory_order_relaxed); }

 private:
  /// What was seen of a slot.
  struct Seen {
    Run run;
    Ticks since = 0;
    int reports = 0;
  };

  static void due(Timer& timer) noexcept;
  void run(Turn& turn) noexcept override;
  void discard() noexcept override;

  bool look_at_all(Ticks now);
  bool look_at(std::size_t index, Ticks now);
  void report(Slot& slot, Seen& seen, Ticks now);
  void tell(const Overrun& report);
  Ticks next_report(const Seen& seen) const noexcept;
  void look_again(Ticks when);

  PoolCore& pool_;
  const OverrunOptions options_;
  const Duration interval_;
  std::atomic<bool> asleep_;
  std::atomic<std::uint64_t> overruns_{0};
  Listeners<std::function<void(const Overrun&)>> listeners_;

  // Of the look that goes on.
  std::vector<Seen> seen_;
  int quiet_ = 0;  // looks in a row that found nothing new

  OpCell cell_;
  Ticks armed_for_ = never;
  bool looking_ = false;
  std::shared_ptr<PoolCore> kept_;  // while it is armed or looks
};

}  // namespace poolder::detail
