#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>
#include <type_traits>

#include <poolder/core/duration.hpp>
#include <poolder/runtime/priority.hpp>
#include <poolder/worker/options.hpp>
#include <poolder/worker/retry.hpp>

namespace poolder {

/// How the items of a batch lie when it is handed over: in the order of the queue, or from its back
/// to its front.
enum class BatchOrder { fifo, lifo };

/// A definition has `static constexpr poolder::BatcherOptions options{...};`.
struct BatcherOptions {
  std::string_view name{};      ///< unique among the batchers of a runtime; empty: none
  std::size_t limit = 100;      ///< a batch of so many items is handed over
  Duration timeout = infinity;  ///< from a batch's first item until it is handed over
  BatchOrder order = BatchOrder::fifo;
  RetryPolicy retry{};
  Priority priority = Priority::normal;
  Duration hibernate_after =
      infinity;  ///< idle this long, memory is given back and handle_hibernate() called, once in
                 ///< each idle time; above `timeout`
  std::size_t max_concurrent_batches = 1;  ///< batches handled at once; order holds at 1
  std::size_t max_weight = unlimited;  ///< of one batch, by the definition's `weigh`: bytes, say
  QueueOptions queue{};  ///< bounds what is pushed and not yet handled, those in handlers included;
                         ///< `order` and `max_wait` are not used: BatchOrder and timeout decide
  Duration shutdown =
      std::chrono::seconds{5};  ///< how long stop() waits for what it holds, 0: not at all; and
                                ///< then for handle_dropped, as long again or a second
};

namespace detail {

/// The rules that a batcher's options must keep. One validator, for the compiler and for run time.
enum class BatcherRule {
  none,
  limit,
  timeout,
  hibernate,
  hibernate_timeout,
  concurrent,
  max_weight,
  capacity,
  queue_order,
  max_wait,
  attempts,
  backoff,
  factor,
  jitter,
  shutdown,
};

constexpr BatcherRule broken_rule(const BatcherOptions& options) noexcept {
  if (options.limit == 0) return BatcherRule::limit;
  if (options.timeout <= Duration{0}) return BatcherRule::timeout;
  if (options.hibernate_after <= Duration{0}) return BatcherRule::hibernate;
  if (options.hibernate_after != infinity && options.timeout != infinity &&
      options.hibernate_after <= options.timeout)
    return BatcherRule::hibernate_timeout;
  if (options.max_concurrent_batches == 0) return BatcherRule::concurrent;
  if (options.max_weight == 0) return BatcherRule::max_weight;
  if (options.queue.capacity == 0) return BatcherRule::capacity;
  if (options.queue.order != QueueOrder::fifo) return BatcherRule::queue_order;
  if (options.queue.max_wait != infinity) return BatcherRule::max_wait;
  if (options.retry.max_attempts < 1) return BatcherRule::attempts;
  if (options.retry.backoff < Duration{0} || options.retry.max_backoff < Duration{0})
    return BatcherRule::backoff;
  if (!(options.retry.factor >= 1.0)) return BatcherRule::factor;
  if (!(options.retry.jitter >= 0.0 && options.retry.jitter <= 1.0)) return BatcherRule::jitter;
  if (options.shutdown < Duration{0}) return BatcherRule::shutdown;
  return BatcherRule::none;
}

/// A definition's options, checked while compiling.
template <class Definition>
constexpr BatcherOptions batcher_options() {
  static_assert(
      requires { Definition::options; },
      "poolder: a batcher's definition has `static constexpr poolder::BatcherOptions "
      "options{...}`, or the batcher is given options");
  if constexpr (requires { Definition::options; }) {
    static_assert(
        std::is_same_v<std::remove_cv_t<decltype(Definition::options)>, BatcherOptions>,
        "poolder: a batcher's `options` must be `static constexpr poolder::BatcherOptions "
        "options{...}`");
    constexpr BatcherRule broken = broken_rule(Definition::options);
    static_assert(broken != BatcherRule::limit, "poolder: BatcherOptions.limit must be at least 1");
    static_assert(broken != BatcherRule::timeout,
                  "poolder: BatcherOptions.timeout must be above 0");
    static_assert(broken != BatcherRule::hibernate,
                  "poolder: BatcherOptions.hibernate_after must be above 0");
    static_assert(broken != BatcherRule::hibernate_timeout,
                  "poolder: BatcherOptions.hibernate_after must be above timeout");
    static_assert(broken != BatcherRule::concurrent,
                  "poolder: BatcherOptions.max_concurrent_batches must be at least 1");
    static_assert(broken != BatcherRule::max_weight,
                  "poolder: BatcherOptions.max_weight must be at least 1");
    static_assert(broken != BatcherRule::capacity,
                  "poolder: BatcherOptions.queue.capacity must be at least 1");
    static_assert(broken != BatcherRule::queue_order,
                  "poolder: BatcherOptions.queue.order must be left as it is: BatcherOptions.order "
                  "says how a batch lies");
    static_assert(broken != BatcherRule::max_wait,
                  "poolder: BatcherOptions.queue.max_wait must be left as it is: an item waits for "
                  "its batch, up to BatcherOptions.timeout");
    static_assert(broken != BatcherRule::attempts,
                  "poolder: BatcherOptions.retry.max_attempts must be at least 1: it counts the "
                  "first attempt");
    static_assert(broken != BatcherRule::backoff,
                  "poolder: BatcherOptions.retry.backoff and max_backoff must not be negative");
    static_assert(broken != BatcherRule::factor,
                  "poolder: BatcherOptions.retry.factor must be at least 1");
    static_assert(broken != BatcherRule::jitter,
                  "poolder: BatcherOptions.retry.jitter must be between 0 and 1");
    static_assert(broken != BatcherRule::shutdown,
                  "poolder: BatcherOptions.shutdown must not be negative");
    return Definition::options;
  } else {
    return {};
  }
}

template <class Definition>
constexpr bool has_max_weight() noexcept {
  if constexpr (requires { Definition::options.max_weight; })
    return Definition::options.max_weight != unlimited;
  return false;
}

/// Throws Error{invalid_argument} with the same words and the value.
void check(const BatcherOptions& options);

}  // namespace detail
}  // namespace poolder
