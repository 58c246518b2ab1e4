#include "pool/overrun_watch.hpp"

#include <algorithm>
#include <string>
#include <utility>

#include "pool/pool_core.hpp"
#include "runtime/events.hpp"

namespace poolder::detail {

OverrunWatch::OverrunWatch(PoolCore& pool, const OverrunOptions& options)
    : Timer(&due),
      Runnable(Priority::high),
      pool_(pool),
      options_(options),
      interval_(std::max<Duration>(options.warn_after / 8, std::chrono::milliseconds{1})),
      asleep_(is_on()) {}

Subscription OverrunWatch::on_overrun(std::function<void(const Overrun&)> callback) {
  return listeners_.add(pool_.runtime(), std::move(callback));
}

void OverrunWatch::wake() noexcept {
  if (!asleep_.exchange(false, std::memory_order_seq_cst)) return;
  look_again(after(pool_.runtime().now(), interval_));
}

// Unless it looks at this moment: what comes next is settled then.
void OverrunWatch::look_again(Ticks when) {
  cell_.enter([&] {
    if (looking_ || when >= armed_for_) return;
    if (armed_for_ != never && !pool_.runtime().cancel(*this)) return;  // it is about to look
    armed_for_ = when;
    if (!kept_) kept_ = pool_.shared_from_this();
    pool_.runtime().arm(*this, when);
  });
}

void OverrunWatch::due(Timer& timer) noexcept {
  auto& watch = static_cast<OverrunWatch&>(timer);
  watch.pool_.runtime().schedule(watch);
}

void OverrunWatch::discard() noexcept {
  const auto last = cell_.enter([&] { return std::move(kept_); });
}

void OverrunWatch::run(Turn&) noexcept {
  const auto kept = cell_.enter([&] {
    armed_for_ = never;
    looking_ = true;
    return std::move(kept_);
  });
  const Ticks now = pool_.runtime().now();
  const bool changed = look_at_all(now);
  if (changed) {
    quiet_ = 0;
    asleep_.store(false, std::memory_order_seq_cst);
  } else if (!asleep_.exchange(true, std::memory_order_seq_cst)) {
    quiet_ = 1;  // asleep if the next look, after an interval, finds the same
  } else {
    ++quiet_;
  }
  Ticks soonest = never;
  for (const Seen& each : seen_) soonest = std::min(soonest, next_report(each));
  cell_.enter([&] { looking_ = false; });
  const bool sleeps = quiet_ >= 2 && asleep_.load(std::memory_order_seq_cst);
  if (!sleeps) soonest = std::min(soonest, after(now, interval_));
  if (soonest != never) look_again(soonest);
}

bool OverrunWatch::look_at_all(Ticks now) {
  const std::size_t count = pool_.slots();
  seen_.resize(std::max(seen_.size(), count));
  bool changed = false;
  for (std::size_t i = 0; i < count; ++i) changed |= look_at(i, now);
  return changed;
}

// True: another run than at the last look, or none any more.
bool OverrunWatch::look_at(std::size_t index, Ticks now) {
  Slot& slot = pool_.slot(index);
  Seen& seen = seen_[index];
  const Run run = slot.present_run();
  if (run != seen.run) {
    seen = {run, now, 0};
    return true;
  }
  while (run && next_report(seen) <= now) report(slot, seen, now);
  return false;
}

Ticks OverrunWatch::next_report(const Seen& seen) const noexcept {
  if (!seen.run) return never;
  const bool kills = options_.max_warnings > 0;
  if (kills && seen.reports >= options_.max_warnings) return never;
  const std::int64_t rounds =
      kills ? seen.reports + 1 : std::int64_t{1} << std::min(seen.reports, 62);
  if (options_.warn_after > infinity / rounds) return never;
  return after(seen.since, options_.warn_after * rounds);
}

// The kill and the callbacks are jobs of their own: they run the user's code.
void OverrunWatch::report(Slot& slot, Seen& seen, Ticks now) {
  const MessageType* task = seen.run.activation->task();
  const Pid worker = slot.present();
  if (slot.present_run() != seen.run || !task) return (void)(seen.run = {});  // it has just ended
  ++seen.reports;
  overruns_.fetch_add(1, std::memory_order_relaxed);
  const bool last = seen.reports == options_.max_warnings;
  const Overrun report{last ? Overrun::Alert::max_overrun_limit : Overrun::Alert::overrun,
                       pool_.name(), worker, task->name, Duration{now - seen.since}};
  const auto pool = pool_.shared_from_this();
  if (last)
    run_detached(
        pool_.runtime(), [pool, &slot, worker, run = seen.run] { slot.kill(worker, run); },
        Priority::high);
  run_detached(pool_.runtime(), [pool, this, report] { tell(report); });
}

void OverrunWatch::tell(const Overrun& report) {
  RuntimeCore& runtime = pool_.runtime();
  const bool killed = report.alert == Overrun::Alert::max_overrun_limit;
  bool heard = runtime.events().tell(pool_, [&] {
    return Event{.kind = Event::Kind::overrun,
                 .task = std::string(report.task),
                 .worker = report.worker,
                 .what = killed ? "it was killed" : "it goes on",
                 .duration = report.runtime};
  });
  if (listeners_.anyone()) {
    listeners_.tell(runtime, [report, kept = pool_.shared_from_this()](const auto& callback) {
      callback(report);
    });
    heard = true;
  }
  if (options_.handler) return options_.handler(report);
  if (!heard) pool_.warn(report);
}

void OverrunWatch::stop() {
  const auto last = cell_.enter([&]() -> std::shared_ptr<PoolCore> {
    if (armed_for_ == never || !pool_.runtime().cancel(*this)) return nullptr;
    armed_for_ = never;
    return std::move(kept_);
  });
  asleep_.store(is_on(), std::memory_order_seq_cst);
}

}  // namespace poolder::detail
