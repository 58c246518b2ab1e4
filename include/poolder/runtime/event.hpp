#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include <poolder/core/duration.hpp>
#include <poolder/runtime/exit_reason.hpp>
#include <poolder/runtime/pid.hpp>

namespace poolder {

/// Something that has happened in an engine, as Runtime::on tells it. What does not concern its
/// kind is empty.
struct Event {
  enum class Kind {
    worker_created,   ///< worker
    worker_died,      ///< worker, reason
    job_failed,       ///< for good: task, worker, attempt, what
    job_retried,      ///< an attempt failed and another comes, `duration` later: as job_failed
    job_dropped,      ///< given up, tried or not: task, what
    overrun,          ///< a handler runs for too long: task, worker, duration, what
    restart_limit,    ///< more crashes than its policy allows, and the engine gives up: reason
    batch_flushed,    ///< given to the handler for the first time: task, count
    schedule_fired,   ///< a job is due: task is its name
    schedule_missed,  ///< a job was due, and is not run for it: task is its name, what
  };
  Kind kind{};
  std::string_view engine{};  ///< its class, e.g. "Pool"; a literal
  std::string name{};         ///< as in its options
  std::string task{};         ///< the message's type, or the job's name
  Pid worker{};
  int attempt = 0;  ///< from 1; 0: none
  ExitReason reason{};
  std::string what{};    ///< in words
  Duration duration{0};  ///< see kind
  std::size_t count = 0;
};

/// As it is spelled above.
std::string_view name_of(Event::Kind kind) noexcept;

}  // namespace poolder
