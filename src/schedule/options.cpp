#include <string>

#include <poolder/core/error.hpp>
#include <poolder/schedule/options.hpp>

namespace poolder::detail {

static std::string words(SchedulerRule rule, const SchedulerOptions& options) {
  const RetryPolicy& retry = options.retry;
  const auto milliseconds = [](Duration span) {
    return std::to_string(span.count() / 1'000'000) + " ms";
  };
  switch (rule) {
    case SchedulerRule::attempts:
      return "SchedulerOptions.retry.max_attempts must be at least 1: it counts the first attempt; "
             "it is " +
             std::to_string(retry.max_attempts);
    case SchedulerRule::backoff:
      return "SchedulerOptions.retry.backoff and max_backoff must not be negative; they are " +
             milliseconds(retry.backoff) + " and " + milliseconds(retry.max_backoff);
    case SchedulerRule::factor:
      return "SchedulerOptions.retry.factor must be at least 1; it is " +
             std::to_string(retry.factor);
    case SchedulerRule::jitter:
      return "SchedulerOptions.retry.jitter must be between 0 and 1; it is " +
             std::to_string(retry.jitter);
    case SchedulerRule::hibernate_after:
      return "SchedulerOptions.hibernate_after must be above 0; it is " +
             milliseconds(options.hibernate_after);
    case SchedulerRule::shutdown:
      return "SchedulerOptions.shutdown must not be negative; it is " +
             milliseconds(options.shutdown);
    case SchedulerRule::none:
      break;
  }
  return {};
}

void check(const SchedulerOptions& options) {
  if (const SchedulerRule broken = broken_rule(options); broken != SchedulerRule::none)
    fail(ErrorCode::invalid_argument, words(broken, options));
}

}  // namespace poolder::detail
