#include <poolder/runtime/event.hpp>

namespace poolder {

std::string_view name_of(Event::Kind kind) noexcept {
  switch (kind) {
    case Event::Kind::worker_created:
      return "worker_created";
    case Event::Kind::worker_died:
      return "worker_died";
    case Event::Kind::job_failed:
      return "job_failed";
    case Event::Kind::job_retried:
      return "job_retried";
    case Event::Kind::job_dropped:
      return "job_dropped";
    case Event::Kind::overrun:
      return "overrun";
    case Event::Kind::restart_limit:
      return "restart_limit";
    case Event::Kind::batch_flushed:
      return "batch_flushed";
    case Event::Kind::schedule_fired:
      return "schedule_fired";
    case Event::Kind::schedule_missed:
      return "schedule_missed";
  }
  return "unknown";
}

}  // namespace poolder
