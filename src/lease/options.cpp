#include <string>

#include <poolder/core/error.hpp>
#include <poolder/lease/options.hpp>

namespace poolder::detail {

static std::string words(LeaseRule rule, const LeasePoolOptions& options) {
  const auto milliseconds = [](Duration span) {
    return std::to_string(span.count() / 1'000'000) + " ms";
  };
  const auto rule_on = [](const char* field, const char* must, const std::string& is) {
    return std::string("LeasePoolOptions.").append(field).append(must).append("; it is ") + is;
  };
  switch (rule) {
    case LeaseRule::max_size:
      return rule_on("max_size", " must be at least 1", "0");
    case LeaseRule::min_above_max:
      return rule_on(
          "min_size", " must not be above max_size",
          std::to_string(options.min_size) + ", max_size " + std::to_string(options.max_size));
    case LeaseRule::size_above_max:
      return rule_on(
          "size", " must not be above max_size",
          std::to_string(options.size) + ", max_size " + std::to_string(options.max_size));
    case LeaseRule::linger:
      return rule_on("overflow_linger", " must not be negative",
                     milliseconds(options.overflow_linger));
    case LeaseRule::checkout_timeout:
      return rule_on("checkout_timeout", " must not be negative",
                     milliseconds(options.checkout_timeout));
    case LeaseRule::retry_interval:
      return rule_on("retry_interval", " must be above 0", milliseconds(options.retry_interval));
    case LeaseRule::max_idle:
      return rule_on("max_idle", " must be above 0", milliseconds(options.max_idle));
    case LeaseRule::max_lifetime:
      return rule_on("max_lifetime", " must be above 0", milliseconds(options.max_lifetime));
    case LeaseRule::shutdown:
      return rule_on("shutdown", " must not be negative", milliseconds(options.shutdown));
    case LeaseRule::none:
      break;
  }
  return {};
}

void check(const LeasePoolOptions& options) {
  if (const LeaseRule broken = broken_rule(options); broken != LeaseRule::none)
    fail(ErrorCode::invalid_argument, words(broken, options));
}

}  // namespace poolder::detail
