#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include <poolder/core/duration.hpp>
#include <poolder/runtime/priority.hpp>

namespace poolder {

enum class QueueOrder { fifo, lifo };

/// What happens to a message that finds its queue full: the sender waits for room, gets
/// Error{queue_full}, or the oldest message is given up for it.
enum class OnFull { block, reject, drop_oldest };

/// Where workers run: on the runtime's threads, or each on an OS thread of its own, on which it is
/// constructed, called and destroyed, for code that must stay on one thread. After a kill the next
/// worker has another thread. In a simulation all share one.
enum class Placement { shared, dedicated };

/// After the last failed attempt: the worker is kept as it is, or destroyed and constructed anew.
enum class OnFailure { keep, restart };

/// How often and when a failed job is tried again.
struct RetryPolicy {
  int max_attempts = 1;             ///< the first included; 1: no retry
  Duration backoff{0};              ///< before the second attempt
  double factor = 1.0;              ///< the backoff grows by this each time
  Duration max_backoff = infinity;  ///< and up to this
  double jitter = 0.0;              ///< 0..1: the share of the backoff that is drawn at random
};

struct QueueOptions {
  QueueOrder order = QueueOrder::fifo;
  std::size_t capacity = unlimited;  ///< of one queue: a slot's; the pool's with available
  OnFull on_full = OnFull::block;
  /// What has waited longer is given up, not run; its caller gets Error{timeout}. In a pool
  /// at most 12 days, or infinity.
  Duration max_wait = infinity;
};

/// OTP's intensity: more than max_restarts within period, and the pool gives up.
struct RestartPolicy {
  int max_restarts = 5;
  Duration period = std::chrono::seconds{60};
};

/// A worker class may have `static constexpr poolder::WorkerOptions options{...};`.
struct WorkerOptions {
  std::string_view name{};
  RetryPolicy retry{};
  Priority priority = Priority::normal;
  Duration hibernate_after =
      infinity;  ///< idle this long, handle_hibernate() is called, once in each idle time
  OnFailure on_failure = OnFailure::keep;
};

}  // namespace poolder
