#include "schedule/scheduler_core.hpp"

#include <algorithm>
#include <utility>

#include <poolder/core/error.hpp>

#include "runtime/scheduler_thread.hpp"

namespace poolder::detail {

// f(job, now, rest) in the cell, with the job of that name. Throws Error{not_found} where there is
// none.
template <class F>
void SchedulerCore::change(std::string_view name, bool may_be_cancelled, F&& f) {
  check_thread();
  check_open();
  enum class Found { yes, no, stopped };
  const Moment now = moment();
  Aftermath rest;
  const Found found = cell_.enter([&] {
    if (!accepting_) return Found::stopped;
    ScheduledJob* const job = find(name);
    if (!job || !(job->listed || may_be_cancelled)) return Found::no;
    f(*job, now, rest);
    wind(now);
    settle(rest.told);
    return Found::yes;
  });
  carry_out(rest);
  if (found == Found::stopped) check_open();
  if (found == Found::no) fail_not_found(name);
}

void SchedulerCore::fail_not_found(std::string_view name) const {
  fail(ErrorCode::not_found, "the scheduler \"" + std::string(this->name()) + "\" has no job \"" +
                                 std::string(name) + "\"");
}

ScheduledJob* SchedulerCore::find(std::string_view name) const {
  const auto found = by_name_.find(name);
  return found == by_name_.end() ? nullptr : found->second;
}

void SchedulerCore::schedule(std::string_view name, const When& when) {
  if (!when.cron()) check_interval(when.interval());
  change(name, true, [&](ScheduledJob& job, Moment now, Aftermath&) { give_time(job, when, now); });
}

void SchedulerCore::give_time(ScheduledJob& job, const When& when, Moment now) {
  job.listed = true;
  timetable_.set(job.row, when, now);
}

void SchedulerCore::add(std::string name, const When& when, JobFunction function) {
  check_thread();
  check_open();
  if (name.empty()) fail(ErrorCode::invalid_argument, "a job's name must not be empty");
  if (!function) fail(ErrorCode::invalid_argument, "the job \"" + name + "\" has no function");
  if (!when.cron()) check_interval(when.interval());
  enum class Added { yes, taken, stopped };
  auto job = std::make_shared<ScheduledJob>();
  job->name = std::move(name);
  job->function = std::move(function);
  const Moment now = moment();
  const Added added = cell_.enter([&] {
    if (!accepting_) return Added::stopped;
    if (!by_name_.try_emplace(job->name, job.get()).second) return Added::taken;
    job->definition = definition_;
    job->row = timetable_.add();
    if (job->row == by_row_.size()) by_row_.emplace_back();
    give_time(*job, when, now);
    wind(now);
    by_row_[job->row] = std::move(job);  // none is left outside the cell
    return Added::yes;
  });
  if (added == Added::stopped) check_open();
  if (added == Added::taken)
    fail(ErrorCode::already_exists, "the scheduler \"" + std::string(this->name()) +
                                        "\" has a job \"" + job->name + "\" already");
}

void SchedulerCore::run_now(std::string_view name) {
  change(name, false, [&](ScheduledJob& job, Moment now, Aftermath& rest) {
    if (request(job, now.steady, rest)) ++job.by_hand;
  });
}

void SchedulerCore::cancel(std::string_view name) {
  change(name, false, [&](ScheduledJob& job, Moment, Aftermath& rest) { drop(job, rest); });
}

void SchedulerCore::cancel_all() {
  check_thread();
  check_open();
  Aftermath rest;
  cell_.enter([&] {
    drop_all(rest);
    settle(rest.told);
  });
  carry_out(rest);
}

void SchedulerCore::drop(ScheduledJob& job, Aftermath& rest) {
  job.listed = false;
  job.paused = false;
  ++job.life;
  give_up(job.waiting + job.retries.size(), rest);
  skip(job, job.waiting, "it was cancelled", rest);
  waiting_ -= std::exchange(job.waiting, 0);
  job.by_hand = 0;
  for (const RetryTime& each : std::exchange(job.retries, {})) {
    JobRun& run = *retries_.extract(each).mapped();
    give_up_retry(job, rest);
    over(run, rest);
  }
  if (job.is_defined()) return timetable_.clear(job.row);
  by_name_.erase(job.name);
  timetable_.remove(job.row);
  release(std::move(by_row_[job.row]), rest);
}

void SchedulerCore::release(std::shared_ptr<ScheduledJob> job, Aftermath& rest) {
  if (job.use_count() == 1) destroy(std::move(job), rest);
}

// Outside, as a handler: it is the user's, and may own whoever owns this scheduler.
void SchedulerCore::destroy(std::shared_ptr<void> object, Aftermath& rest) {
  if (rest.dropped.empty()) rest.generation = handler_begins();
  rest.dropped.push_back(std::move(object));
}

// While it stops they are added up, to be told of together.
void SchedulerCore::give_up(std::uint64_t runs, Aftermath& rest) {
  (accepting_ || !has_objects_ ? rest.given_up : given_up_) += runs;
}

void SchedulerCore::drop_all(Aftermath& rest) {
  for (std::size_t row = 0; row < by_row_.size(); ++row)
    if (by_row_[row] && by_row_[row]->listed) drop(*by_row_[row], rest);
}

void SchedulerCore::pause(std::string_view name) {
  change(name, false, [&](ScheduledJob& job, Moment, Aftermath&) {
    job.paused = true;
    timetable_.hold(job.row);
  });
}

void SchedulerCore::resume(std::string_view name) {
  change(name, false, [&](ScheduledJob& job, Moment now, Aftermath& rest) {
    job.paused = false;
    timetable_.resume(job.row, now);
    launch_waiting(job, rest);
  });
}

// Some at a time, so that a hundred thousand do not hold up the clock; a job that is added or
// cancelled meanwhile may be among them or not.
std::vector<JobStats> SchedulerCore::jobs() {
  constexpr std::size_t at_a_time = 128;
  check_thread();
  check_open();
  std::vector<JobStats> all;
  for (std::size_t from = 0, end = 1; from < end; from += at_a_time) {
    const Moment now = moment();
    cell_.enter([&] {
      end = by_row_.size();
      for (std::size_t row = from; row < std::min(from + at_a_time, end); ++row)
        if (by_row_[row] && by_row_[row]->listed) all.push_back(stats_of(*by_row_[row], now));
    });
  }
  return all;
}

EngineStats SchedulerCore::engine_stats() const {
  EngineStats stats = EngineCore::engine_stats();
  cell_.enter([&] {
    stats.size = by_name_.size();
    stats.busy = handlers();
    stats.queued =
        static_cast<std::size_t>(waiting_) + under_way_ - std::min(under_way_, handlers());
    stats.processed = runs_well_;
    stats.failed = runs_failed_;
    stats.retried = attempts_retried_;
    stats.dropped = times_skipped_;
  });
  return stats;
}

JobStats SchedulerCore::stats_of(const ScheduledJob& job, Moment now) const {
  const auto time = [](std::optional<Ticks> ticks) {
    using std::chrono::system_clock;
    return ticks ? std::optional{system_clock::time_point{Duration{*ticks}}} : std::nullopt;
  };
  return {job.name,           to_string(timetable_.when(job.row)),
          job.under_way > 0,  job.runs,
          job.failed,         job.skipped,
          time(job.last),     time(timetable_.next(job.row, now)),
          job.lateness.p99(), job.waiting,
          job.paused};
}

// Runs that were launched first: what is destroyed may take its time.
void SchedulerCore::carry_out(Aftermath& rest) {
  for (JobRun* run : rest.launched) runtime().schedule(*run);
  for (JobRun* run : rest.over) delete run;
  while (!rest.dropped.empty()) {
    const Activation* activation = nullptr;
    {
      InHandler here{*this, nullptr};
      activation = here.activation();
      rest.dropped.clear();
    }
    cell_.enter([&] {
      handler_ends(rest.generation, activation, rest.told);
      let_go_if_last(rest);
    });
  }
  if (rest.given_up > 0) report_given_up(rest.given_up);
  tell(rest.told);
  for (Unrun& each : rest.unrun)
    (void)tell_event([&] {
      return Event{.kind = each.kind,
                   .task = std::move(each.job),
                   .what = std::string(each.why),
                   .count = static_cast<std::size_t>(each.times)};
    });
}

void SchedulerCore::report_given_up(std::uint64_t runs) {
  if (runtime().events().anyone()) return;  // and has been told of each
  const bool stopped = is_closed();
  std::string line = "gave up " + std::to_string(runs);
  line.append(runs == 1 ? " run: " : " runs: ")
      .append(stopped ? "the scheduler has stopped" : "the job was cancelled");
  log_once(stopped ? 1 : 2, line);
}

}  // namespace poolder::detail
