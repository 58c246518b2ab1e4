#pragma once

#include <string>
#include <utility>

#include <poolder/core/duration.hpp>
#include <poolder/schedule/cron.hpp>
#include <poolder/schedule/when.hpp>

namespace poolder {

/// What a job may return besides void: made by every(), schedule(), stop_this() or stop_all(); a
/// default-constructed one changes nothing. A new time replaces the old one for good.
class [[nodiscard]] ScheduleNext {
 public:
  enum class Kind { keep, every, schedule, stop_this, stop_all };

  ScheduleNext() noexcept = default;
  explicit ScheduleNext(Kind kind, std::string job = {}, const When& when = {})
      : kind_(kind), job_(std::move(job)), when_(when) {}

  bool changes_nothing() const noexcept { return kind_ == Kind::keep; }
  Kind kind() const noexcept { return kind_; }
  const std::string& job() const noexcept { return job_; }
  const When& when() const noexcept { return when_; }

 private:
  Kind kind_ = Kind::keep;
  std::string job_;
  When when_;
};

/// This job, from now on: counted from the time at which it was due, so it does not drift. Throws
/// Error{invalid_argument} for 0 or less.
ScheduleNext every(Duration interval);

/// Another time for the job of that name, or a time for one of the definition's that has none. A
/// name that the scheduler does not know is reported, and counts this run as failed.
ScheduleNext schedule(std::string job, const Cron& cron);
/// As above; counted from now, for the job itself as every(). Throws Error{invalid_argument} for 0
/// or less.
ScheduleNext schedule(std::string job, Duration interval);

/// This job, as Scheduler::cancel.
ScheduleNext stop_this();
/// All jobs, as Scheduler::cancel_all; the scheduler goes on and takes new ones.
ScheduleNext stop_all();

}  // namespace poolder
