#include <algorithm>
#include <cmath>

#include <poolder/worker/retry.hpp>

namespace poolder::detail {

Duration retry_delay(const RetryPolicy& policy, int failed, Random& random) noexcept {
  constexpr double longest = 4.0e18;  // nanoseconds; beyond it a Duration overflows
  const double grown =
      static_cast<double>(policy.backoff.count()) * std::pow(policy.factor, failed - 1);
  const double capped = std::min({grown, static_cast<double>(policy.max_backoff.count()), longest});
  const double drawn = policy.jitter > 0 ? capped * (1.0 - policy.jitter * random.unit()) : capped;
  return Duration{static_cast<Duration::rep>(drawn)};
}

}  // namespace poolder::detail
