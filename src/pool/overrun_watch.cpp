#include "pool/overrun_watch.hpp"

#include <algorithm>
#include <memory>
#include <optional>
#include <string>
#include <utility>

#include "pool/pool_core.hpp"
#include "runtime/events.hpp"

namespace poolder::detail {

namespace {

// The thread that keeps time has others to serve.
constexpr std::size_t at_once = 4'096;  // slots
constexpr Duration breath = std::chrono::microseconds{100};

}  // namespace

OverrunWatch::OverrunWatch(PoolCore& pool, const OverrunOptions& options)
    : Timer(&due),
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
    if (stopped_ || looking_ || when >= armed_for_) return;
    if (armed_for_ != never && !pool_.runtime().cancel(*this)) return;  // it is about to look
    armed_for_ = when;
    pool_.runtime().arm(*this, when);
  });
}

void OverrunWatch::due(Timer& timer) noexcept { static_cast<OverrunWatch&>(timer).look(); }

void OverrunWatch::look() noexcept {
  const Ticks now = pool_.runtime().now();
  const bool early = cell_.enter([&] {
    looking_ = true;
    return now < std::exchange(armed_for_, never);  // as all timers when the runtime ends
  });
  Ticks coming = never;
  if (!early && look_at_some(now)) {
    settle_down();
    coming = soonest_;
  } else if (!early) {
    coming = after(now, breath);
  }
  cell_.enter([&] {
    looking_ = false;
    if (stopped_) asleep_.store(is_on(), std::memory_order_seq_cst);
    if (stopped_ || early) return;
    const bool sleeps = quiet_ >= 2 && asleep_.load(std::memory_order_seq_cst);
    if (!sleeps) coming = std::min(coming, after(now, interval_));
    if (coming == never) return;
    armed_for_ = coming;
    pool_.runtime().arm(*this, coming);
  });
}

// False: there are more slots, and other timers come first.
bool OverrunWatch::look_at_some(Ticks now) {
  const std::size_t count = pool_.slots();
  const std::size_t stop = std::min(count, next_ + at_once);
  if (seen_.size() < stop) seen_.resize(stop);
  if (next_ == 0) {
    changed_ = false;
    soonest_ = never;
  }
  for (; next_ < stop; ++next_) {
    changed_ |= look_at(next_, now);
    soonest_ = std::min(soonest_, seen_[next_].due);
  }
  if (next_ < count) return false;
  next_ = 0;
  return true;
}

// True: another run than at the last look, or none any more.
bool OverrunWatch::look_at(std::size_t index, Ticks now) {
  Slot& slot = pool_.slot(index);
  Seen& seen = seen_[index];
  const Run run = slot.present_run();
  if (run != seen.run) {
    seen = {run, now, run ? after(now, options_.warn_after) : never, 0};
    return true;
  }
  if (seen.due <= now) report(slot, seen, now);
  return false;
}

// Asleep if the next round, after an interval, finds the same.
void OverrunWatch::settle_down() noexcept {
  if (changed_) {
    quiet_ = 0;
    asleep_.store(false, std::memory_order_seq_cst);
  } else if (!asleep_.exchange(true, std::memory_order_seq_cst)) {
    quiet_ = 1;
  } else {
    ++quiet_;
  }
}

// One that comes late puts off those that follow: they are not told all at once.
Ticks OverrunWatch::next_report(const Seen& seen, Ticks now) const noexcept {
  const std::int64_t rounds = kills() ? 1 : std::int64_t{1} << std::min(seen.reports - 1, 62);
  if (options_.warn_after > infinity / rounds) return never;
  const bool late = now - seen.due > interval_.count();
  return after(late ? now : seen.due, options_.warn_after * rounds);
}

void OverrunWatch::report(Slot& slot, Seen& seen, Ticks now) {
  const MessageType* task = seen.run.activation->task();
  const Pid worker = slot.present();
  const bool last = kills() && seen.reports + 1 >= options_.max_warnings;
  const bool goes_on = slot.present_run() == seen.run && task;
  // Only what is true is told: it has ended just now, or this ends it.
  if (!goes_on || (last && !kill(slot, worker, seen.run))) return (void)(seen = {});
  overruns_.fetch_add(1, std::memory_order_relaxed);
  tell_later({last ? Overrun::Alert::max_overrun_limit : Overrun::Alert::overrun, pool_.name(),
              worker, task->name, Duration{now - seen.since}});
  if (last) return (void)(seen = {});
  ++seen.reports;
  seen.due = next_report(seen, now);
}

// False: it has ended.
bool OverrunWatch::kill(Slot& slot, Pid worker, const Run& run) {
  auto taken = slot.take(worker, run);
  if (!taken) return false;
  run_detached(
      pool_.runtime(),
      [pool = pool_.shared_from_this(), &slot,
       kept = std::make_shared<Slot::Taken>(std::move(*taken))] {
        slot.go_on_without(std::move(*kept));
      },
      Priority::high);
  return true;
}

// ---------------------------------------------------------------- reports, one after another

class OverrunWatch::TellNext {
 public:
  explicit TellNext(OverrunWatch& watch) noexcept : watch_(watch) {}
  ~TellNext() { watch_.tell_next(); }
  TellNext(const TellNext&) = delete;
  TellNext& operator=(const TellNext&) = delete;

 private:
  OverrunWatch& watch_;
};

void OverrunWatch::tell_later(const Overrun& report) {
  const bool first = cell_.enter([&] {
    untold_.push_back(report);
    return !std::exchange(telling_, true);
  });
  if (!first) return;
  pool_.runtime().allow_spares(1);
  tell_next();
}

void OverrunWatch::tell_next() {
  const auto report = cell_.enter([&]() -> std::optional<Overrun> {
    telling_ = !untold_.empty();
    if (!telling_) return std::nullopt;
    const Overrun oldest = untold_.front();
    untold_.pop_front();
    return oldest;
  });
  if (!report) return pool_.runtime().allow_spares(-1);
  run_detached(
      pool_.runtime(),
      [pool = pool_.shared_from_this(), this, report = *report] {
        const TellNext after_this{*this};
        tell(report);
      },
      Priority::high);
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
  cell_.enter([&] {
    stopped_ = true;
    if (armed_for_ != never && pool_.runtime().cancel(*this)) armed_for_ = never;
  });
  asleep_.store(is_on(), std::memory_order_seq_cst);
}

void OverrunWatch::start() {
  cell_.enter([&] { stopped_ = false; });
}

}  // namespace poolder::detail
