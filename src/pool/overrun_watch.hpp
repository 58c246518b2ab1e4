#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <functional>

#include <poolder/pool/overrun.hpp>
#include <poolder/runtime/detail/core.hpp>
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
/// It looks, and takes slots from handlers, on the thread that keeps time: every other may be stuck
/// in a handler. What runs the user's code are jobs, for whom the runtime has one thread more than
/// its options allow, and one more for each handler that was killed.
///
/// Thread safety: any thread. Looks never overlap: the next is armed at the end of one.
///
/// Lifetime. The pool has called stop() before it ends: a look that goes on then arms no other, and
/// RuntimeCore::release_later keeps the pool until it is over.
///
/// Pairs. A run begins (the activation's release), then looks at asleep_; the watch sets asleep_,
/// then looks at the runs a whole interval later, when any store that had not arrived has.
class OverrunWatch final : public Timer {
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
  /// It is started afresh.
  void start();
  std::uint64_t overruns() const noexcept { return overruns_.load(std::memory_order_relaxed); }

 private:
  /// What was seen of a slot.
  struct Seen {
    Run run;
    Ticks since = 0;
    Ticks due = never;  ///< the next report
    int reports = 0;
  };
  class TellNext;

  static void due(Timer& timer) noexcept;
  void look() noexcept;
  bool look_at_some(Ticks now);
  bool look_at(std::size_t index, Ticks now);
  void settle_down() noexcept;
  void report(Slot& slot, Seen& seen, Ticks now);
  bool kill(Slot& slot, Pid worker, const Run& run);
  bool kills() const noexcept { return options_.max_warnings > 0; }
  Ticks next_report(const Seen& seen, Ticks now) const noexcept;
  void look_again(Ticks when);
  void tell_later(const Overrun& report);
  void tell_next();
  void tell(const Overrun& report);

  PoolCore& pool_;
  const OverrunOptions options_;
  const Duration interval_;
  std::atomic<bool> asleep_;
  std::atomic<std::uint64_t> overruns_{0};
  Listeners<std::function<void(const Overrun&)>> listeners_;

  // Of the look that goes on.
  std::deque<Seen> seen_;
  std::size_t next_ = 0;   // the slot; 0: a round begins
  bool changed_ = false;   // in this round
  Ticks soonest_ = never;  // of the reports that this round found to come
  int quiet_ = 0;          // rounds in a row that found nothing new

  OpCell cell_;
  Ticks armed_for_ = never;
  bool looking_ = false;
  bool stopped_ = false;
  std::deque<Overrun> untold_;
  bool telling_ = false;
};

}  // namespace poolder::detail
