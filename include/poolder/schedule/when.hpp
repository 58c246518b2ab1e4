#pragma once

#include <chrono>
#include <optional>
#include <string>

#include <poolder/core/duration.hpp>
#include <poolder/schedule/cron.hpp>

namespace poolder {

/// When a job of a definition runs: by a cron expression or every so often. A default-constructed
/// one is never: the job waits until it is given a time, or is run by hand.
class When {
 public:
  constexpr When() noexcept = default;
  /// A literal, checked while compiling: "*/15 * * * *". For texts of run time: Cron::parse.
  consteval When(const char* cron) : cron_(Cron::parse(cron)) {}
  /// For the first time one interval after the start.
  template <class R, class P>
  constexpr When(std::chrono::duration<R, P> interval)
      : interval_(std::chrono::duration_cast<Duration>(interval)) {}
  constexpr When(const Cron& cron) : cron_(cron) {}

  constexpr const std::optional<Cron>& cron() const noexcept { return cron_; }
  /// Where there is no cron expression.
  constexpr Duration interval() const noexcept { return interval_; }
  constexpr bool is_never() const noexcept { return !cron_ && interval_ == infinity; }

 private:
  std::optional<Cron> cron_;
  Duration interval_ = infinity;
};

namespace detail {

/// A cron expression, or "every 5 s", or "never".
std::string to_string(const When& when);

/// Throws Error{invalid_argument} for an interval of 0 or less.
void check_interval(Duration interval);

}  // namespace detail
}  // namespace poolder
