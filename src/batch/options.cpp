#include <string>

#include <poolder/batch/options.hpp>
#include <poolder/core/error.hpp>

namespace poolder::detail {

static std::string words(BatcherRule rule, const BatcherOptions& options) {
  const auto milliseconds = [](Duration span) {
    return span == infinity ? "infinity" : std::to_string(span.count() / 1'000'000) + " ms";
  };
  switch (rule) {
    case BatcherRule::limit:
      return "limit must be at least 1; it is 0";
    case BatcherRule::timeout:
      return "timeout must be above 0; it is " + milliseconds(options.timeout);
    case BatcherRule::hibernate:
      return "hibernate_after must be above 0; it is " + milliseconds(options.hibernate_after);
    case BatcherRule::hibernate_timeout:
      return "hibernate_after must be above timeout; they are " +
             milliseconds(options.hibernate_after) + " and " + milliseconds(options.timeout);
    case BatcherRule::concurrent:
      return "max_concurrent_batches must be at least 1; it is 0";
    case BatcherRule::max_weight:
      return "max_weight must be at least 1; it is 0";
    case BatcherRule::capacity:
      return "queue.capacity must be at least 1; it is 0";
    case BatcherRule::queue_order:
      return "queue.order must be left as it is: BatcherOptions.order says how a batch lies; it is "
             "lifo";
    case BatcherRule::max_wait:
      return "queue.max_wait must be left as it is: an item waits for its batch, up to "
             "BatcherOptions.timeout; it is " +
             milliseconds(options.queue.max_wait);
    case BatcherRule::attempts:
    case BatcherRule::backoff:
    case BatcherRule::factor:
    case BatcherRule::jitter:
      return broken_rule(options.retry);
    case BatcherRule::shutdown:
      return "shutdown must not be negative; it is " + milliseconds(options.shutdown);
    case BatcherRule::none:
      break;
  }
  return {};
}

void check(const BatcherOptions& options) {
  if (const BatcherRule broken = broken_rule(options); broken != BatcherRule::none)
    fail(ErrorCode::invalid_argument, "BatcherOptions." + words(broken, options));
}

}  // namespace poolder::detail
