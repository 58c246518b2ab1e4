// A run of a job, from its launch to its end.

#include <algorithm>
#include <utility>

#include <poolder/core/error.hpp>
#include <poolder/runtime/detail/message.hpp>
#include <poolder/runtime/detail/wait_point.hpp>
#include <poolder/worker/context.hpp>
#include <poolder/worker/retry.hpp>

#include "schedule/scheduler_core.hpp"

namespace poolder::detail {

static constexpr MessageType scheduled_job{"scheduled job", nullptr};

void JobRun::run(Turn&) noexcept { core->execute(*this); }
void JobRun::discard() noexcept { core->discard(*this); }

namespace {

class JobHost final : public WorkerHost {
 public:
  JobHost(SchedulerCore& core, const JobRun& run) noexcept : core_(core), run_(run) {}

  std::stop_token stop_token() override { return core_.stop_token(run_.generation); }
  void sleep(Duration span) override {
    const Ticks until = after(core_.runtime().now(), span);
    WaitPoint stopped;
    const std::stop_callback wake(stop_token(), [&stopped] { stopped.signal(); });
    stopped.wait_until(core_.runtime(), until);
  }

 private:
  SchedulerCore& core_;
  const JobRun& run_;
};

}  // namespace

// Due, or asked for by hand.
void SchedulerCore::request(ScheduledJob& job, Ticks due, Aftermath& rest) {
  job.last_due = due;
  if (job.under_way == 0 || options_.overlap == Overlap::allow) return launch(job, due, rest);
  if (options_.overlap == Overlap::skip) return (void)++job.skipped;
  ++job.waiting;
  ++waiting_;
}

void SchedulerCore::launch(ScheduledJob& job, Ticks due, Aftermath& rest) {
  ++job.under_way;
  ++under_way_;
  auto self = std::static_pointer_cast<SchedulerCore>(shared_from_this());
  rest.launched.push_back(
      new JobRun{options_.priority, std::move(self), by_row_[job.row], generation(), due});
}

void SchedulerCore::launch_waiting(ScheduledJob& job, Aftermath& rest) {
  if (job.waiting == 0 || job.under_way > 0 || job.paused) return;
  --job.waiting;
  --waiting_;
  launch(job, job.last_due, rest);
}

// On a scheduler thread.
void SchedulerCore::execute(JobRun& run) noexcept {
  const auto kept = run.core;
  Aftermath rest;
  const Moment began = moment();
  const Begun begun = cell_.enter([&] { return begin(run, began, rest); });
  if (begun == Begun::no) return carry_out(rest);

  Outcome outcome = attempt(run);
  const bool plain = !outcome.error && outcome.next.changes_nothing();
  if (!plain) outcome.job = run.job->name;
  const Moment now = plain && !may_hibernate_ ? began : moment();
  // From here on the run may be another thread's.
  const Ended ended = cell_.enter([&] { return end(run, outcome, now, rest); });
  report(ended, outcome);
  outcome.error = nullptr;  // the user's: before stop() may return
  carry_out(rest);
}

SchedulerCore::Begun SchedulerCore::begin(JobRun& run, Moment now, Aftermath& rest) {
  ScheduledJob& job = *run.job;
  if (!accepting_ || run.generation != generation() || run.life != job.life) {
    ++(run.attempt > 1 ? job.failed : job.skipped);
    over(run, rest);
    let_go_if_last(rest);
    settle(rest.told);
    wind(now);
    return Begun::no;
  }
  if (hibernating_) {
    held_.push_back(&run);
    return Begun::no;
  }
  (void)handler_begins();
  hibernated_ = false;
  if (run.attempt > 1) return Begun::yes;
  ++job.runs;
  job.last = now.system;
  job.lateness.record(now.steady - run.due);
  return Begun::yes;
}

SchedulerCore::Outcome SchedulerCore::attempt(JobRun& run) {
  Outcome outcome;
  InHandler here{*this, &scheduled_job};
  outcome.activation = here.activation();
  JobHost host{*this, run};
  Context context{host, Pid{}, 0, run.attempt};
  try {
    outcome.next = run.job->call(context);
  } catch (...) {
    outcome.error = std::current_exception();
    outcome.recovery = ask(run, outcome.error);
  }
  return outcome;
}

std::optional<Recovery> SchedulerCore::ask(const JobRun& run, const std::exception_ptr& error) {
  if (!hooks_.handle_error) return std::nullopt;
  try {
    return hooks_.handle_error(run.job->definition.get(), run.job->name,
                               Failure{run.attempt, error});
  } catch (...) {
    report_hook("handle_error", std::current_exception());
    return std::nullopt;
  }
}

SchedulerCore::Ended SchedulerCore::end(JobRun& run, const Outcome& outcome, Moment now,
                                        Aftermath& rest) {
  const Generation its_own = run.generation;
  Ended ended = Ended::well;
  if (its_own == generation()) {
    ended = settle_run(run, outcome, now, rest);
    const bool is_idle = may_hibernate_ && under_way_ == 0;
    if (is_idle) idle_since_ = now.steady;
    if (is_idle || ended == Ended::to_be_retried || !outcome.next.changes_nothing()) wind(now);
  } else {
    over(run, rest);
  }
  handler_ends(its_own, outcome.activation, rest.told);
  let_go_if_last(rest);
  return ended;
}

SchedulerCore::Ended SchedulerCore::settle_run(JobRun& run, const Outcome& outcome, Moment now,
                                               Aftermath& rest) {
  Ended ended = Ended::well;
  if (outcome.error) {
    if (try_again(run, outcome, now, rest)) return Ended::to_be_retried;
    ended = Ended::failed;
  } else if (!apply(run, outcome.next, now, rest)) {
    ended = Ended::naming_no_job;
  }
  if (ended != Ended::well) ++run.job->failed;
  if (outcome.recovery && outcome.recovery->kind() == Recovery::Kind::ignore) ended = Ended::well;
  over(run, rest);
  return ended;
}

bool SchedulerCore::try_again(JobRun& run, const Outcome& outcome, Moment now, Aftermath& rest) {
  using Kind = Recovery::Kind;
  ScheduledJob& job = *run.job;
  const auto kind = outcome.recovery ? outcome.recovery->kind() : Kind::backoff;
  if (kind == Kind::halt || kind == Kind::ignore) return false;
  if (run.attempt >= options_.retry.max_attempts) return false;
  if (!accepting_ || run.life != job.life) return false;  // stopped, or cancelled meanwhile

  const Duration delay = outcome.recovery ? outcome.recovery->delay()
                                          : retry_delay(options_.retry, run.attempt, random_);
  ++run.attempt;
  if (delay <= Duration{0}) {
    rest.launched.push_back(&run);
    return true;
  }
  const RetryTime time{after(now.steady, delay), ++last_retry_};
  retries_.emplace(time, &run);
  job.retries.push_back(time);
  return true;
}

// What a job says of itself is not heard after it was cancelled. False: it names a job that there
// is not.
bool SchedulerCore::apply(const JobRun& run, const ScheduleNext& next, Moment now,
                          Aftermath& rest) {
  const bool is_current = run.life == run.job->life;
  switch (next.kind()) {
    case ScheduleNext::Kind::keep:
      break;
    case ScheduleNext::Kind::every:
      if (is_current) apply_to_itself(run, next.when(), now);
      break;
    case ScheduleNext::Kind::stop_this:
      if (is_current) drop(*run.job, rest);
      break;
    case ScheduleNext::Kind::stop_all:
      drop_all(rest);
      break;
    case ScheduleNext::Kind::schedule:
      if (!accepting_) break;
      if (ScheduledJob* const job = find(next.job()); !job)
        return false;
      else if (job != run.job.get())
        give_time(*job, next.when(), now);
      else if (is_current)
        apply_to_itself(run, next.when(), now);
      break;
  }
  return true;
}

// Counted from the time at which the run was due, whose grid goes on where the interval is the
// same.
void SchedulerCore::apply_to_itself(const JobRun& run, const When& when, Moment now) {
  const When& present = timetable_.when(run.job->row);
  const bool is_same = !when.cron() && !present.cron() && when.interval() == present.interval();
  if (!is_same) timetable_.set(run.job->row, when, now, run.due);
}

void SchedulerCore::over(JobRun& run, Aftermath& rest) {
  rest.over.push_back(&run);
  if (run.generation != generation()) return;  // abandoned: it keeps what it has
  --run.job->under_way;
  --under_way_;
  launch_waiting(*run.job, rest);
  release(std::move(run.job), rest);
}

void SchedulerCore::report(Ended ended, const Outcome& outcome) {
  if (ended == Ended::failed && !hooks_.handle_error)
    log_once(1, "the job \"" + outcome.job + "\" failed: " + std::string(describe(outcome.error)));
  if (ended == Ended::naming_no_job)
    log_once(2, "the job \"" + outcome.job + "\" gave a time to a job \"" + outcome.next.job() +
                    "\", which there is not");
}

void SchedulerCore::discard(JobRun& run) noexcept {
  const auto kept = run.core;
  Aftermath rest;
  cell_.enter([&] {
    ++run.job->skipped;
    over(run, rest);
    let_go_if_last(rest);
    settle(rest.told);
  });
  carry_out(rest);
}

}  // namespace poolder::detail
