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

// Due, or asked for by hand. True: it waits for the present run's end.
bool SchedulerCore::request(ScheduledJob& job, Ticks due, Aftermath& rest) {
  job.last_due = due;
  if (job.under_way == 0 || options_.overlap == Overlap::allow)
    return launch(job, due, rest), false;
  if (options_.overlap == Overlap::skip)
    return skip(job, 1, "its last run was not over", rest), false;
  ++job.waiting;
  ++waiting_;
  return true;
}

void SchedulerCore::launch(ScheduledJob& job, Ticks due, Aftermath& rest) {
  ++job.under_way;
  ++under_way_;
  auto self = std::static_pointer_cast<SchedulerCore>(shared_from_this());
  rest.launched.push_back(
      new JobRun{options_.priority, std::move(self), by_row_[job.row], generation(), due});
}

void SchedulerCore::launch_waiting(ScheduledJob& job, Aftermath& rest) {
  if (job.waiting == 0 || job.under_way > 0 || (job.paused && job.by_hand == 0)) return;
  if (job.by_hand > 0) --job.by_hand;
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

  Outcome outcome = attempt(run, begun);
  const bool plain = !outcome.threw && outcome.next.changes_nothing();
  outcome.attempt = run.attempt;
  if (!plain) outcome.job = run.job->name;
  const Moment now = plain ? began : moment();
  // From here on the run may be another thread's.
  const Generation its_own = run.generation;
  const Ended ended = cell_.enter([&] {
    const Ended how = end(run, outcome, now, rest);
    if (how == Ended::well) is_over(its_own, outcome, rest);
    return how;
  });
  if (ended != Ended::well) {  // it counts as running until that is told
    report(ended, outcome, rest);
    cell_.enter([&] { is_over(its_own, outcome, rest); });
  }
  carry_out(rest);
}

SchedulerCore::Begun SchedulerCore::begin(JobRun& run, Moment now, Aftermath& rest) {
  ScheduledJob& job = *run.job;
  if (!accepting_ || run.generation != generation() || run.life != job.life) {
    give_up_run(run, rest);
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
  if (run.attempt == 1) {
    ++job.runs;
    job.last = now.system;
    job.lateness.record(now.steady - run.due);
  }
  const bool is_last = !hooks_.handle_error && run.attempt >= options_.retry.max_attempts;
  return is_last && !job.failure_said ? Begun::to_be_named : Begun::yes;
}

// All that is the user's is asked, and gone, before this returns: stop() may return after.
SchedulerCore::Outcome SchedulerCore::attempt(JobRun& run, Begun begun) {
  Outcome outcome;
  InHandler here{*this, &scheduled_job};
  outcome.activation = here.activation();
  JobHost host{*this, run};
  Context context{host, Pid{}, 0, run.attempt};
  if (run.attempt == 1)
    (void)tell_event(
        [&] { return Event{.kind = Event::Kind::schedule_fired, .task = run.job->name}; });
  try {
    outcome.next = run.job->call(context);
  } catch (...) {
    const std::exception_ptr error = std::current_exception();
    outcome.threw = true;
    outcome.recovery = ask(run, error);
    if (begun == Begun::to_be_named || runtime().events().anyone()) outcome.what = describe(error);
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
    if (is_idle || ended == Ended::to_be_retried || !outcome.next.changes_nothing()) wind(now);
  } else {
    over(run, rest);
  }
  return ended;
}

void SchedulerCore::is_over(Generation its_own, const Outcome& outcome, Aftermath& rest) {
  handler_ends(its_own, outcome.activation, rest.told);
  let_go_if_last(rest);
}

// What goes wrong is said once for each job, where nobody listens.
SchedulerCore::Ended SchedulerCore::settle_run(JobRun& run, const Outcome& outcome, Moment now,
                                               Aftermath& rest) {
  ScheduledJob& job = *run.job;
  const bool unheard = !runtime().events().anyone();
  Ended ended = Ended::well;
  if (outcome.threw && wants_another(run, outcome)) {
    if (accepting_ && run.life == job.life) return try_again(run, outcome, now, rest);
    ended = Ended::failed;
    give_up(1, rest);
  } else if (outcome.threw) {
    ended = Ended::failed;
    rest.to_be_said = unheard && !hooks_.handle_error && !std::exchange(job.failure_said, true);
  } else if (!apply(run, outcome.next, now, rest)) {
    ended = Ended::naming_no_job;
    rest.to_be_said = unheard && !std::exchange(job.misnaming_said, true);
  }
  job.failed += ended == Ended::well ? 0 : 1;
  ++(ended == Ended::well ? runs_well_ : runs_failed_);
  over(run, rest);
  return ended;
}

bool SchedulerCore::wants_another(const JobRun& run, const Outcome& outcome) const noexcept {
  using Kind = Recovery::Kind;
  const auto kind = outcome.recovery ? outcome.recovery->kind() : Kind::backoff;
  return kind != Kind::halt && kind != Kind::ignore && run.attempt < options_.retry.max_attempts;
}

SchedulerCore::Ended SchedulerCore::try_again(JobRun& run, const Outcome& outcome, Moment now,
                                              Aftermath& rest) {
  const Duration delay = outcome.recovery ? outcome.recovery->delay()
                                          : retry_delay(options_.retry, run.attempt, random_);
  ++run.attempt;
  ++attempts_retried_;
  rest.retry_in = std::max(delay, Duration{0});
  if (delay <= Duration{0}) {
    rest.launched.push_back(&run);
    return Ended::to_be_retried;
  }
  const RetryTime time{after(now.steady, delay), ++last_retry_};
  retries_.emplace(time, &run);
  run.job->retries.push_back(time);
  return Ended::to_be_retried;
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

// It was launched, and does not come to its next attempt.
void SchedulerCore::give_up_run(JobRun& run, Aftermath& rest) {
  run.attempt > 1 ? give_up_retry(*run.job, rest) : skip(*run.job, 1, "it was cancelled", rest);
  give_up(1, rest);
  over(run, rest);
}

void SchedulerCore::over(JobRun& run, Aftermath& rest) {
  rest.over.push_back(&run);
  if (run.generation != generation()) return;  // abandoned: it keeps what it has
  --run.job->under_way;
  if (--under_way_ == 0 && may_hibernate_) idle_since_ = runtime().now();
  launch_waiting(*run.job, rest);
  release(std::move(run.job), rest);
}

void SchedulerCore::report(Ended ended, const Outcome& outcome, const Aftermath& rest) {
  (void)tell_event([&] {
    const bool retried = ended == Ended::to_be_retried, misnamed = ended == Ended::naming_no_job;
    return Event{.kind = retried ? Event::Kind::job_retried : Event::Kind::job_failed,
                 .task = outcome.job,
                 .attempt = outcome.attempt,
                 .what = misnamed ? "it gave a time to a job that there is not" : outcome.what,
                 .duration = rest.retry_in};
  });
  if (!rest.to_be_said) return;
  std::string line = "the job \"";
  line.append(outcome.job);
  if (ended == Ended::failed) {
    line.append("\" failed: ").append(outcome.what);
  } else {
    line.append("\" gave a time to a job \"").append(outcome.next.job());
    line.append("\", which there is not");
  }
  log(line.append(" (said once for each job)"));
}

void SchedulerCore::discard(JobRun& run) noexcept {
  const auto kept = run.core;
  Aftermath rest;
  cell_.enter([&] {
    give_up_run(run, rest);
    let_go_if_last(rest);
    settle(rest.told);
  });
  carry_out(rest);
}

}  // namespace poolder::detail
