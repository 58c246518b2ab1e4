// The clock of a scheduler: what is due is launched, a few dozen at a time.

#include <algorithm>
#include <utility>

#include <poolder/runtime/detail/message.hpp>

#include "schedule/scheduler_core.hpp"

namespace poolder::detail {

static constexpr int most_in_a_tick = 64;
// Due times that lie closer together than this share a tick. Each tick wakes a thread, so where
// more than 50,000 runs a second are due the step grows, and is short again when there are fewer.
static Duration step_after(std::size_t launched) {
  using std::chrono::microseconds;
  return std::clamp<Duration>(launched * microseconds{20}, microseconds{100}, microseconds{500});
}

static constexpr MessageType hibernation{"handle_hibernate", nullptr};

// By the thread that keeps time.
void SchedulerCore::Clock::due(Timer& timer) noexcept {
  auto& clock = static_cast<Clock&>(timer);
  clock.core.runtime().schedule(clock);
}

// In place of a tick, at the runtime's end.
void SchedulerCore::Clock::discard() noexcept {
  const auto kept = core.cell_.enter([this] { return std::move(core.clock_self_); });
}

void SchedulerCore::tick() noexcept {
  std::shared_ptr<SchedulerCore> kept;  // from the moment at which the clock may tick elsewhere
  std::shared_ptr<void> sleeper;
  Generation generation = 0;
  Aftermath rest;
  const Moment now = moment();
  const bool more = cell_.enter([&] {
    kept = clock_self_;
    armed_for_ = never;
    ticking_ = false;
    if (accepting_) {
      timetable_.look_at_clocks(now);
      take_due(now, rest);
      if (hibernates_at() <= now.steady) {
        hibernating_ = hibernated_ = true;
        generation = handler_begins();
        sleeper = definition_;
      }
      const Ticks next = next_tick(now);
      ticking_ = next <= now.steady;
      if (may_share_ticks_) not_before_ = after(now.steady, step_after(rest.launched.size()));
      wind_for(next);
    }
    if (!ticking_ && armed_for_ == never) clock_self_.reset();
    return ticking_;
  });
  carry_out(rest);
  if (sleeper)
    run_detached(
        runtime(),
        [kept, generation, sleeper = std::move(sleeper)]() mutable {
          kept->hibernate(std::move(sleeper), generation);
        },
        options_.priority);
  if (more) runtime().schedule_last(clock_);
}

// What is latest comes first, so that none starves where there is more than can be run.
void SchedulerCore::take_due(Moment now, Aftermath& rest) {
  for (int taken = 0; taken < most_in_a_tick; ++taken) {
    const Ticks retry = retries_.empty() ? -1 : now.steady - retries_.begin()->first.first;
    const Ticks time = timetable_.latest(now);
    if (retry < 0 && time < 0) return;
    retry > time ? retry_first(rest) : fire(*timetable_.take_due(now), rest);
  }
}

void SchedulerCore::retry_first(Aftermath& rest) {
  const auto due = retries_.extract(retries_.begin());
  std::erase(due.mapped()->job->retries, due.key());
  rest.launched.push_back(due.mapped());
}

// Each of the times that were missed counts: as a run, or as skipped.
void SchedulerCore::fire(const Timetable::Due& due, Aftermath& rest) {
  ScheduledJob& job = *by_row_[due.row];
  std::uint64_t wanted = due.on_time ? 1 : 0;
  if (options_.missed == Missed::run_once) wanted = 1;
  if (options_.missed == Missed::run_all) wanted = std::min(due.times, Timetable::most_counted);
  skip(job, due.times - wanted, "its time had passed when it was looked at", rest);
  if (wanted == 1) return (void)request(job, due.last, rest);
  if (wanted == 0) return;
  job.last_due = due.last;
  job.waiting += wanted;
  waiting_ += wanted;
  launch_waiting(job, rest);
}

void SchedulerCore::skip(ScheduledJob& job, std::uint64_t times, std::string_view why,
                         Aftermath& rest) {
  job.skipped += times;
  times_skipped_ += times;
  if (times > 0 && runtime().events().anyone())
    rest.unrun.push_back({Event::Kind::schedule_missed, job.name, times, why});
}

void SchedulerCore::give_up_retry(ScheduledJob& job, Aftermath& rest) {
  ++job.failed;
  ++runs_failed_;
  if (runtime().events().anyone())
    rest.unrun.push_back(
        {Event::Kind::job_failed, job.name, 1, "no more attempts: it was cancelled"});
}

Ticks SchedulerCore::hibernates_at() const noexcept {
  const bool may = may_hibernate_ && !hibernated_ && !hibernating_ && under_way_ == 0;
  return may ? after(idle_since_, options_.hibernate_after) : never;
}

// No job runs meanwhile: those that fall due are held.
void SchedulerCore::hibernate(std::shared_ptr<void> definition, Generation generation) {
  const Activation* activation = nullptr;
  {
    InHandler here{*this, &hibernation};
    activation = here.activation();
    try {
      hooks_.handle_hibernate(definition.get());
    } catch (...) {
      report_hook("handle_hibernate", std::current_exception());
    }
    definition.reset();
  }
  Aftermath rest;
  cell_.enter([&] {
    if (generation == this->generation()) {
      hibernating_ = false;
      rest.launched = std::exchange(held_, {});
    }
    handler_ends(generation, activation, rest.told);
    let_go_if_last(rest);
  });
  carry_out(rest);
}

Ticks SchedulerCore::next_tick(Moment now) {
  Ticks next = std::min(timetable_.earliest(now), hibernates_at());
  if (!retries_.empty()) next = std::min(next, retries_.begin()->first.first);
  if (!timetable_.goes_by_system_clock()) return next;
  return std::min(next, after(now.steady, runtime().look_at_system_clock()));
}

// The timer at `wanted` or earlier: a tick for nothing does no harm. Where the timer has fired, or
// the clock ticks, that tick will see to it.
void SchedulerCore::wind_for(Ticks wanted) {
  wanted = std::max(wanted, not_before_);
  if (!accepting_ || ticking_ || wanted >= armed_for_) return;
  if (armed_for_ != never && !runtime().cancel(clock_)) return;
  armed_for_ = wanted;
  if (!clock_self_) clock_self_ = std::static_pointer_cast<SchedulerCore>(shared_from_this());
  runtime().arm(clock_, wanted);
}

void SchedulerCore::start_clock() {
  const Moment now = moment();
  cell_.enter([&] { wind(now); });
}

void SchedulerCore::system_clock_was_set() {
  const Moment now = moment();
  cell_.enter([&] { wind_for(now.steady); });
}

}  // namespace poolder::detail
