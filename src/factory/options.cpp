#include <string>

#include <poolder/core/error.hpp>
#include <poolder/factory/options.hpp>

namespace poolder::detail {

static std::string milliseconds(Duration span) {
  return std::to_string(span.count() / 1'000'000) + " ms";
}

void check(const FactoryPoolOptions& options) {
  if (options.call_timeout < Duration{0})
    fail(ErrorCode::invalid_argument,
         "FactoryPoolOptions.call_timeout must not be negative; it is " +
             milliseconds(options.call_timeout));
  if (options.restart.max_restarts < 0 || options.restart.period <= Duration{0})
    fail(ErrorCode::invalid_argument,
         "FactoryPoolOptions.restart.max_restarts must not be negative, and its period must be "
         "above 0; they are " +
             std::to_string(options.restart.max_restarts) + " and " +
             milliseconds(options.restart.period));
  if (options.shutdown < Duration{0})
    fail(ErrorCode::invalid_argument, "FactoryPoolOptions.shutdown must not be negative; it is " +
                                          milliseconds(options.shutdown));
}

}  // namespace poolder::detail
