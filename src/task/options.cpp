#include <string>

#include <poolder/core/error.hpp>
#include <poolder/task/options.hpp>

namespace poolder::detail {

static std::string words(TaskerRule rule, const TaskerOptions& options) {
  const auto milliseconds = [](Duration span) {
    return std::to_string(span.count() / 1'000'000) + " ms";
  };
  switch (rule) {
    case TaskerRule::limit:
      return "TaskerOptions.limit must be at least 1; it is " + std::to_string(options.limit);
    case TaskerRule::hibernate_after:
      return "TaskerOptions.hibernate_after must be above 0; it is " +
             milliseconds(options.hibernate_after);
    case TaskerRule::capacity:
      return "TaskerOptions.queue.capacity must be at least 1; it is " +
             std::to_string(options.queue.capacity);
    case TaskerRule::max_wait:
      return "TaskerOptions.queue.max_wait must be above 0; it is " +
             milliseconds(options.queue.max_wait);
    case TaskerRule::shutdown:
      return "TaskerOptions.shutdown must not be negative; it is " + milliseconds(options.shutdown);
    case TaskerRule::none:
      break;
  }
  return {};
}

void check(const TaskerOptions& options) {
  if (const TaskerRule broken = broken_rule(options); broken != TaskerRule::none)
    fail(ErrorCode::invalid_argument, words(broken, options));
}

}  // namespace poolder::detail
