#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include <poolder/core/random.hpp>
#include <poolder/schedule/detail/scheduler_handle.hpp>

#include "runtime/engine.hpp"
#include "schedule/scheduled_job.hpp"
#include "schedule/timetable.hpp"

namespace poolder::detail {

/// A scheduler's core: its jobs, when they are due, and one timer for all of them.
///
/// The timer is armed for the earliest of: a job's time, a retry, hibernation, a look at the system
/// clock. It schedules the clock's turn, which runs on a scheduler thread (`ticking.cpp`), takes
/// what is due, a few dozen at a time, and schedules a JobRun for each; these run the user's code
/// (`running.cpp`).
///
/// Thread safety: the public functions from any thread. What stands below `clock_` is touched only
/// in the cell.
///
/// Invariants.
/// 1. The clock is at rest, or armed (its timer, or its turn that the timer has scheduled), or in
/// its turn. While it is not at rest `clock_self_` keeps the core alive.
/// 2. under_way_ counts the runs of this generation, from launch to over; so does each job's.
/// 3. Jobs are shared and released in the cell alone, so that there it shows who is the last; the
/// definition is always let go of outside. What is destroyed counts as a handler until it is gone,
/// so the engine ends after that; what abandoned handlers need lives on with their runs.
class SchedulerCore final : public Engine {
 public:
  static std::shared_ptr<SchedulerCore> start(const std::shared_ptr<RuntimeCore>& runtime,
                                              SchedulerBlueprint blueprint);
  SchedulerCore(std::shared_ptr<RuntimeCore> runtime, SchedulerBlueprint blueprint);

  // As in Scheduler.
  void schedule(std::string_view name, const When& when);
  void add(std::string name, const When& when, JobFunction function);
  void run_now(std::string_view name);
  void cancel(std::string_view name);
  void cancel_all();
  void pause(std::string_view name);
  void resume(std::string_view name);
  std::vector<JobStats> jobs();
  EngineStats engine_stats() const override;

  // For JobRun.
  void execute(JobRun& run) noexcept;
  void discard(JobRun& run) noexcept;

  std::stop_token stop_token(Generation generation);
  void report_stop(const std::exception_ptr& error) noexcept { report_hook("stop", error); }

  void system_clock_was_set() override;

 private:
  struct Unrun {
    Event::Kind kind;
    std::string job;
    std::uint64_t times;
    std::string_view why;
  };
  /// What is left to do outside the cell after a change in it.
  struct Aftermath {
    std::vector<JobRun*> launched;               // to be scheduled
    std::vector<JobRun*> over;                   // to be deleted
    std::vector<std::shared_ptr<void>> dropped;  // users' objects
    Generation generation = 0;                   // in which destroying them is a handler
    std::uint64_t given_up = 0;                  // runs
    std::vector<Unrun> unrun;                    // to be told; empty where nobody listens
    Duration retry_in{0};
    bool to_be_said = false;  // what went wrong, on stderr
    Told told;
  };
  struct Outcome {
    ScheduleNext next;
    bool threw = false;
    std::string what;                  // of it, where anybody is to have it
    std::optional<Recovery> recovery;  // none: the policy decides
    const Activation* activation = nullptr;
    std::string job;  // where there is something to report
    int attempt = 1;
  };
  enum class Begun { no, yes, to_be_named };  // its failure would be the job's first
  enum class Ended { well, to_be_retried, failed, naming_no_job };

  /// The timer's end, and the turn that follows.
  struct Clock final : Timer, Runnable {
    Clock(SchedulerCore& its_core, Priority priority)
        : Timer(&due), Runnable(priority), core(its_core) {}
    static void due(Timer& timer) noexcept;
    void run(Turn&) noexcept override { core.tick(); }
    void discard() noexcept override;
    SchedulerCore& core;
  };

  Moment moment() const noexcept { return {runtime().now(), runtime().system_now()}; }
  void carry_out(Aftermath& rest);
  void report_given_up(std::uint64_t runs);

  // ---- scheduler_core.cpp
  template <class F>
  void change(std::string_view name, bool may_be_cancelled, F&& f);
  [[noreturn]] void fail_not_found(std::string_view name) const;
  // in the cell
  ScheduledJob* find(std::string_view name) const;
  void give_time(ScheduledJob& job, const When& when, Moment now);
  void drop(ScheduledJob& job, Aftermath& rest);
  void drop_all(Aftermath& rest);
  void release(std::shared_ptr<ScheduledJob> job, Aftermath& rest);
  void destroy(std::shared_ptr<void> object, Aftermath& rest);
  void give_up(std::uint64_t runs, Aftermath& rest);
  JobStats stats_of(const ScheduledJob& job, Moment now) const;

  // ---- running.cpp
  Outcome attempt(JobRun& run, Begun begun);
  std::optional<Recovery> ask(const JobRun& run, const std::exception_ptr& error);
  void report(Ended ended, const Outcome& outcome, const Aftermath& rest);
  // in the cell
  bool request(ScheduledJob& job, Ticks due, Aftermath& rest);
  void launch(ScheduledJob& job, Ticks due, Aftermath& rest);
  void launch_waiting(ScheduledJob& job, Aftermath& rest);
  Begun begin(JobRun& run, Moment now, Aftermath& rest);
  Ended end(JobRun& run, const Outcome& outcome, Moment now, Aftermath& rest);
  void is_over(Generation its_own, const Outcome& outcome, Aftermath& rest);
  Ended settle_run(JobRun& run, const Outcome& outcome, Moment now, Aftermath& rest);
  bool wants_another(const JobRun& run, const Outcome& outcome) const noexcept;
  Ended try_again(JobRun& run, const Outcome& outcome, Moment now, Aftermath& rest);
  bool apply(const JobRun& run, const ScheduleNext& next, Moment now, Aftermath& rest);
  void apply_to_itself(const JobRun& run, const When& when, Moment now);
  void give_up_run(JobRun& run, Aftermath& rest);
  void over(JobRun& run, Aftermath& rest);

  // ---- ticking.cpp
  void tick() noexcept;
  void start_clock();
  void hibernate(std::shared_ptr<void> definition, Generation generation);
  // in the cell
  void take_due(Moment now, Aftermath& rest);
  void retry_first(Aftermath& rest);
  void fire(const Timetable::Due& due, Aftermath& rest);
  void skip(ScheduledJob& job, std::uint64_t times, std::string_view why, Aftermath& rest);
  void give_up_retry(ScheduledJob& job, Aftermath& rest);
  Ticks hibernates_at() const noexcept;
  Ticks next_tick(Moment now);
  void wind(Moment now) { wind_for(next_tick(now)); }
  void wind_for(Ticks wanted);

  // ---- lifecycle.cpp
  bool is_idle() const noexcept override;
  bool may_end() const noexcept override { return !has_objects_; }
  void begin_stop() override;
  void give_up_rest() override;
  void begin_again() override;
  void take_back() override;
  void has_restarted() override { start_clock(); }
  std::shared_ptr<ScheduledJob> defined(const DefinedJob& job,
                                        const std::shared_ptr<void>& definition) const;
  // in the cell
  void let_go(Aftermath& rest);
  void let_go_if_last(Aftermath& rest);

  const SchedulerOptions options_;  // without its views
  const std::vector<DefinedJob> defined_;
  const SchedulerHooks hooks_;
  const std::unique_ptr<JobsFactory> factory_;
  const TimeZone zone_;
  const bool may_hibernate_;
  const bool may_share_ticks_;

  Clock clock_;
  Ticks armed_for_ = never;
  Ticks not_before_ = 0;  // the next tick
  bool ticking_ = false;
  std::shared_ptr<SchedulerCore> clock_self_;

  bool accepting_ = false;
  bool has_objects_ = false;    // the user's: the definition, and jobs
  std::uint64_t given_up_ = 0;  // runs, since it began to stop
  std::shared_ptr<void> definition_;
  std::vector<std::shared_ptr<ScheduledJob>> by_row_;
  std::unordered_map<std::string_view, ScheduledJob*> by_name_;
  Timetable timetable_;
  std::map<RetryTime, JobRun*> retries_;
  std::uint64_t last_retry_ = 0;
  std::size_t under_way_ = 0;
  std::uint64_t waiting_ = 0;  // of all jobs
  // Of all jobs, those that are no more included.
  std::uint64_t runs_well_ = 0, runs_failed_ = 0, attempts_retried_ = 0, times_skipped_ = 0;
  bool hibernating_ = false;
  bool hibernated_ = false;  // in this idle time
  Ticks idle_since_ = 0;
  std::vector<JobRun*> held_;  // until hibernation is over
  std::stop_source stop_;
  Random random_;
};

}  // namespace poolder::detail
