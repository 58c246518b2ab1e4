#pragma once

#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <poolder/core/error.hpp>
#include <poolder/core/type_name.hpp>
#include <poolder/runtime/ref.hpp>
#include <poolder/runtime/runtime.hpp>
#include <poolder/schedule/detail/definition.hpp>
#include <poolder/schedule/detail/scheduler_handle.hpp>
#include <poolder/schedule/job.hpp>
#include <poolder/schedule/job_stats.hpp>
#include <poolder/schedule/options.hpp>

namespace poolder {

/// Runs jobs at their times: those of a definition, and what is added while it runs.
///
///     struct Nightly {
///       static constexpr poolder::SchedulerOptions options{.name = "nightly"};  // may be absent
///       void prune();
///       poolder::ScheduleNext poll();
///       static constexpr auto jobs = poolder::jobs(
///           poolder::job<&Nightly::prune>("prune", "30 2 * * *"),
///           poolder::job<&Nightly::poll>("poll", 5s));
///     };
///     poolder::Scheduler<Nightly> scheduler{runtime};
///
/// The definition may have `Recovery handle_error(std::string_view job, const Failure&)`, asked
/// after each failed attempt, and `void handle_hibernate()`, during which no job runs. There is one
/// object of it, constructed from the arguments. **Its jobs run beside each other, on several
/// threads**; one job never runs beside itself unless Overlap::allow.
///
/// An interval is counted from the start, or from when it was given, and each time from the one
/// before, so that it does not drift; cron expressions go by the system clock. Setting that
/// forwards over a job's time is as if the program had been suspended (Missed); setting it back by
/// a minute or more computes the next times of cron expressions anew, by less makes them wait. Both
/// are noticed within two seconds. On threads a time comes up to a tenth of a millisecond later
/// where many are close together, and up to half of one where over 50,000 a second are due. Where
/// more is due than can be run, what is latest comes first, intervals and cron expressions alike.
///
/// **A computer that sleeps** is not a program that is suspended: on Linux the steady clock stands
/// still meanwhile. An interval does not notice, goes on with what was left of it, and misses
/// nothing; cron expressions find the system clock set forwards. What is to happen at a time of
/// day, or to be caught up with, wants a cron expression.
///
/// All functions may be called from any thread, at any moment, inside jobs too, and wait for no
/// job unless they say so. All but stop() throw Error{stopped} once the scheduler has stopped;
/// those that name a job throw Error{not_found} where there is none of that name.
template <class D>
class Scheduler {
 public:
  /// Throws what D's constructor throws, Error{already_exists} where the name is taken,
  /// Error{invalid_argument} for an unknown time zone, Error{stopped} where the runtime has ended.
  template <class... Args>
  explicit Scheduler(Runtime& runtime, Args... args)
      : Scheduler(Checked{}, runtime, detail::scheduler_options<D>(), std::move(args)...) {}
  /// As above, and Error{invalid_argument} for options that break a rule.
  template <class... Args>
  Scheduler(Runtime& runtime, SchedulerOptions options, Args... args)
      : Scheduler(Checked{}, runtime, (detail::check(options), options), std::move(args)...) {}
  /// stop()
  ~Scheduler() {
    if (owner_) handle_.stop_quietly();
  }
  Scheduler(const Scheduler&) = delete;
  Scheduler& operator=(const Scheduler&) = delete;

  /// A new time for a job, in place of the old one for good; a run that is under way is not cut
  /// off. Brings back a job of the definition that was cancelled.
  void schedule(std::string_view job, const Cron& cron) { handle_.schedule(job, cron); }
  /// As above, for the first time one interval from now. Throws Error{invalid_argument} for 0 or
  /// less.
  void schedule(std::string_view job, Duration every) { handle_.schedule(job, every); }

  /// A new job. Throws Error{already_exists} where there is one of that name, or the definition
  /// keeps the name for one; Error{invalid_argument} for an empty name, an empty function, and an
  /// interval of 0 or less. The function is destroyed once the job is cancelled and has ended.
  void schedule(std::string name, const Cron& cron, std::function<void()> function) {
    handle_.add(std::move(name), cron, wrapped(std::move(function)));
  }
  void schedule(std::string name, Duration every, std::function<void()> function) {
    handle_.add(std::move(name), every, wrapped(std::move(function)));
  }
  /// The same with a function that takes a Context&, or returns ScheduleNext.
  template <detail::NextJobFunction F>
  void schedule(std::string name, const Cron& cron, F function) {
    detail::JobFunction job = detail::job_function(std::move(function));
    handle_.add(std::move(name), cron, std::move(job));
  }
  template <detail::NextJobFunction F>
  void schedule(std::string name, Duration every, F function) {
    detail::JobFunction job = detail::job_function(std::move(function));
    handle_.add(std::move(name), every, std::move(job));
  }

  /// As if the job were due now; its times stay as they are. One that is running follows Overlap;
  /// one that is paused runs, under Overlap::queue once its present run has ended.
  void run_now(std::string_view job) { handle_.run_now(job); }
  /// Ends a job: no run begins after this, none is tried again, and what was queued is skipped; a
  /// run that is under way ends by itself.
  void cancel(std::string_view job) { handle_.cancel(job); }
  /// cancel() for each.
  void cancel_all() { handle_.cancel_all(); }
  /// The job does not fall due from now on. A run that is under way ends, retries included; what is
  /// queued waits.
  void pause(std::string_view job) { handle_.pause(job); }
  /// Goes on with the times as they would have been; those that have passed are not counted.
  void resume(std::string_view job) { handle_.resume(job); }
  /// The definition's first. Takes some 0.4 us for each, and is no picture of one moment: jobs are
  /// launched meanwhile, and one that is cancelled and added again meanwhile may be there twice, or
  /// not at all.
  std::vector<JobStats> jobs() const { return handle_.jobs(); }

  /// As given in the options; lives as long as this object.
  std::string_view name() const { return handle_.name(); }
  /// Waits for a moment at which no job runs, is queued or between two attempts, and no function of
  /// a cancelled one is being destroyed. False: the deadline passed. Throws Error{would_deadlock}
  /// inside one of the jobs, and of the destructors of their functions.
  bool drain(Duration deadline) { return handle_.drain(deadline); }
  /// Takes no more work, requests the jobs' stop tokens, waits up to SchedulerOptions::shutdown for
  /// those that run, gives up what is queued or between two attempts, and destroys the definition's
  /// object and all functions. May be called again, by any thread; each call returns when the
  /// scheduler has stopped. Inside a job, or the destructor of a job's function or of the
  /// definition, it does not wait for that.
  void stop() { handle_.stop(); }

  /// For poolder's engines.
  std::shared_ptr<detail::EngineCore> core() const { return handle_.core(); }
  /// For Ref.
  Scheduler(detail::Attach, std::shared_ptr<detail::EngineCore> core) noexcept
      : handle_(detail::SchedulerHandle::attach(std::move(core))), owner_(false) {}

 private:
  struct Checked {};

  template <class... Args>
  Scheduler(Checked, Runtime& runtime, SchedulerOptions options, Args... args)
      : handle_(detail::SchedulerHandle::start(
            runtime.core(),
            {detail::type_name<Scheduler>(), options,
             (detail::check_jobs_class<D>(), detail::defined_jobs<D>()),
             detail::scheduler_hooks<D>(),
             std::make_unique<detail::JobsFactoryOf<D, Args...>>(std::move(args)...)})) {}

  static detail::JobFunction wrapped(std::function<void()> function) {
    if (!function) return {};
    return [function = std::move(function)](Context&) { return function(), ScheduleNext{}; };
  }

  detail::SchedulerHandle handle_;
  bool owner_ = true;
};

}  // namespace poolder
