#pragma once

#include <chrono>
#include <string_view>
#include <type_traits>

#include <poolder/core/duration.hpp>
#include <poolder/runtime/priority.hpp>
#include <poolder/worker/options.hpp>
#include <poolder/worker/retry.hpp>

namespace poolder {

/// A job that falls due while it still runs: is not run this time, runs beside itself, or runs once
/// it has ended.
enum class Overlap { skip, allow, queue };

/// Times at which a job was due while the program was stopped or suspended, or over which the
/// system clock was set: none of them runs, one for all of them, or each, one after another, but at
/// most 1,000. A time is missed where the scheduler comes to it more than a minute late, or only
/// after the job's next one. While a computer sleeps, times of cron expressions pass, and are
/// missed; those of intervals do not (see Scheduler).
enum class Missed { skip, run_once, run_all };

/// A definition may have `static constexpr poolder::SchedulerOptions options{...};`, or gets them
/// in the scheduler's constructor.
struct SchedulerOptions {
  std::string_view name{};  ///< unique among the schedulers of a runtime; empty: none
  RetryPolicy retry{};      ///< of each run
  Priority priority = Priority::normal;
  Duration hibernate_after =
      infinity;  ///< idle this long, handle_hibernate() is called, once in each idle time
  std::string_view time_zone = "UTC";  ///< of cron expressions; an IANA name
  Overlap overlap = Overlap::skip;
  Missed missed = Missed::skip;
  Duration shutdown = std::chrono::seconds{5};  ///< how long stop() waits for jobs; 0: not at all
};

namespace detail {

/// The rules that a scheduler's options must keep. One validator, for the compiler and for run
/// time.
enum class SchedulerRule { none, attempts, backoff, factor, jitter, hibernate_after, shutdown };

constexpr SchedulerRule broken_rule(const SchedulerOptions& options) noexcept {
  const RetryPolicy& retry = options.retry;
  if (retry.max_attempts < 1) return SchedulerRule::attempts;
  if (retry.backoff < Duration{0} || retry.max_backoff < Duration{0}) return SchedulerRule::backoff;
  if (!(retry.factor >= 1.0)) return SchedulerRule::factor;
  if (!(retry.jitter >= 0.0 && retry.jitter <= 1.0)) return SchedulerRule::jitter;
  if (options.hibernate_after <= Duration{0}) return SchedulerRule::hibernate_after;
  if (options.shutdown < Duration{0}) return SchedulerRule::shutdown;
  return SchedulerRule::none;
}

/// A definition's options, checked while compiling.
template <class Definition>
constexpr SchedulerOptions scheduler_options() {
  if constexpr (requires { Definition::options; }) {
    static_assert(
        std::is_same_v<std::remove_cv_t<decltype(Definition::options)>, SchedulerOptions>,
        "poolder: a scheduler's `options` must be `static constexpr poolder::SchedulerOptions "
        "options{...}`");
    constexpr SchedulerRule broken = broken_rule(Definition::options);
    static_assert(broken != SchedulerRule::attempts,
                  "poolder: SchedulerOptions.retry.max_attempts must be at least 1: it counts the "
                  "first attempt");
    static_assert(broken != SchedulerRule::backoff,
                  "poolder: SchedulerOptions.retry.backoff and max_backoff must not be negative");
    static_assert(broken != SchedulerRule::factor,
                  "poolder: SchedulerOptions.retry.factor must be at least 1");
    static_assert(broken != SchedulerRule::jitter,
                  "poolder: SchedulerOptions.retry.jitter must be between 0 and 1");
    static_assert(broken != SchedulerRule::hibernate_after,
                  "poolder: SchedulerOptions.hibernate_after must be above 0");
    static_assert(broken != SchedulerRule::shutdown,
                  "poolder: SchedulerOptions.shutdown must not be negative");
    return Definition::options;
  } else {
    return {};
  }
}

/// Throws Error{invalid_argument} with the same words and the value.
void check(const SchedulerOptions& options);

}  // namespace detail
}  // namespace poolder
