#include <string>

#include <poolder/core/error.hpp>
#include <poolder/pool/options.hpp>

namespace poolder::detail {

static std::string words(PoolRule rule, const PoolOptions& options) {
  const auto milliseconds = [](Duration span) {
    return std::to_string(span.count() / 1'000'000) + " ms";
  };
  switch (rule) {
    case PoolRule::size:
      return "PoolOptions.size must be at least 1; it is " + std::to_string(options.size);
    case PoolRule::too_large:
      return "PoolOptions.size must be at most 2^24; it is " + std::to_string(options.size);
    case PoolRule::capacity:
      return "PoolOptions.queue.capacity must be at least 1; it is " +
             std::to_string(options.queue.capacity);
    case PoolRule::max_wait:
      return "PoolOptions.queue.max_wait must be above 0, and at most 12 days or infinity; it is " +
             milliseconds(options.queue.max_wait);
    case PoolRule::overrun:
      return "PoolOptions.overrun.warn_after must be above 0, and its max_warnings must not be "
             "negative; they are " +
             milliseconds(options.overrun.warn_after) + " and " +
             std::to_string(options.overrun.max_warnings);
    case PoolRule::placement:
      return "PoolOptions.placement cannot be dedicated where dynamic is set: a pool of workers "
             "with threads of their own keeps its size";
    case PoolRule::restarts:
      return "PoolOptions.restart.max_restarts must not be negative, and its period must be above "
             "0; they are " +
             std::to_string(options.restart.max_restarts) + " and " +
             milliseconds(options.restart.period);
    case PoolRule::call_timeout:
      return "PoolOptions.call_timeout must not be negative; it is " +
             milliseconds(options.call_timeout);
    case PoolRule::shutdown:
      return "PoolOptions.shutdown must not be negative; it is " + milliseconds(options.shutdown);
    case PoolRule::none:
      break;
  }
  return {};
}

void check(const PoolOptions& options) {
  if (const PoolRule broken = broken_rule(options); broken != PoolRule::none)
    fail(ErrorCode::invalid_argument, words(broken, options));
}

}  // namespace poolder::detail
