#pragma once

#include <chrono>
#include <cstddef>
#include <string_view>

#include <poolder/core/duration.hpp>
#include <poolder/runtime/priority.hpp>
#include <poolder/worker/options.hpp>

namespace poolder {

struct TaskerOptions {
  std::string_view name{};  ///< unique among the taskers of a runtime; empty: none
  std::size_t limit = 5;    ///< tasks that run at once; the rest waits
  Duration hibernate_after =
      infinity;  ///< idle this long, it gives back the memory that it kept for the next rush
  Priority priority = Priority::normal;  ///< of tasks, and of what callback() is told by
  QueueOptions queue{};                  ///< of what waits
  Duration shutdown =
      std::chrono::seconds{5};  ///< how long stop() waits for running tasks; 0: not at all
};

namespace detail {

/// The rules that a tasker's options must keep. One validator, for the compiler and for run time.
enum class TaskerRule { none, limit, hibernate_after, capacity, max_wait, shutdown };

constexpr TaskerRule broken_rule(const TaskerOptions& options) noexcept {
  if (options.limit == 0) return TaskerRule::limit;
  if (options.hibernate_after <= Duration{0}) return TaskerRule::hibernate_after;
  if (options.queue.capacity == 0) return TaskerRule::capacity;
  if (options.queue.max_wait <= Duration{0}) return TaskerRule::max_wait;
  if (options.shutdown < Duration{0}) return TaskerRule::shutdown;
  return TaskerRule::none;
}

/// Throws Error{invalid_argument} that names the field, the rule and the value.
void check(const TaskerOptions& options);

}  // namespace detail
}  // namespace poolder
