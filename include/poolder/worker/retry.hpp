#pragma once

#include <poolder/core/random.hpp>
#include <poolder/worker/options.hpp>

namespace poolder::detail {

/// How long to wait after attempt `failed` (from 1) before the next: backoff * factor^(failed - 1),
/// at most max_backoff, of which `jitter` is drawn at random between nothing and its whole.
Duration retry_delay(const RetryPolicy& policy, int failed, Random& random) noexcept;

/// The rule a policy breaks, in words; null: none.
constexpr const char* broken_rule(const RetryPolicy& policy) noexcept {
  if (policy.max_attempts < 1)
    return "retry.max_attempts must be at least 1: it counts the first attempt";
  if (policy.backoff < Duration{0}) return "retry.backoff must not be negative";
  if (!(policy.factor >= 1.0)) return "retry.factor must be at least 1";
  if (policy.max_backoff < Duration{0}) return "retry.max_backoff must not be negative";
  if (!(policy.jitter >= 0.0 && policy.jitter <= 1.0))
    return "retry.jitter must be between 0 and 1";
  return nullptr;
}

}  // namespace poolder::detail
