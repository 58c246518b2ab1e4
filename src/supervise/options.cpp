#include <string>

#include <poolder/core/error.hpp>
#include <poolder/supervise/options.hpp>

namespace poolder::detail {

static std::string milliseconds(Duration span) {
  return std::to_string(span.count() / 1'000'000) + " ms";
}

void check(const SupervisorOptions& options) {
  if (options.max_restarts < 0)
    fail(ErrorCode::invalid_argument,
         "SupervisorOptions.max_restarts must not be negative; it is " +
             std::to_string(options.max_restarts));
  if (options.period <= Duration{0})
    fail(ErrorCode::invalid_argument,
         "SupervisorOptions.period must be above 0; it is " + milliseconds(options.period));
}

void check(const ChildOptions& options) {
  if (options.shutdown < Duration{0})
    fail(ErrorCode::invalid_argument,
         "ChildOptions.shutdown must not be negative; it is " + milliseconds(options.shutdown));
}

}  // namespace poolder::detail
