// What is told of a slot's workers and messages.

#include <string>
#include <utility>

#include "runtime/events.hpp"
#include "runtime/monitors.hpp"
#include "worker/slot.hpp"
#include "worker/slot_owner.hpp"
#include "worker/worker_box.hpp"

namespace poolder::detail {

WorkerBox* SlotOwner::create_worker(const WorkerFactory& arguments, Pid pid, Slot* slot) {
  hear_init_start();
  WorkerBox* box = nullptr;
  try {
    box = WorkerBox::create(*this, arguments, pid);
  } catch (...) {
    const ExitReason reason{ExitReason::Kind::failed,
                            std::string(describe(std::current_exception()))};
    if (slot) slot->lose(pid, reason);
    worker_died(pid, reason);
    throw;
  }
  hear_created(pid);
  (void)runtime_.events().tell(
      *engine(), [&] { return Event{.kind = Event::Kind::worker_created, .worker = pid}; });
  return box;
}

void SlotOwner::destroy_worker(WorkerBox* box, const ExitReason& reason) noexcept {
  const Pid pid = box->pid();
  box->destroy();
  worker_died(pid, reason);
}

void SlotOwner::worker_ended(Pid pid, const ExitReason& reason) noexcept {
  runtime_.monitors().ended(pid, reason);
}

void SlotOwner::worker_died(Pid pid, const ExitReason& reason) noexcept {
  worker_ended(pid, reason);
  hear_died(pid, reason);
  (void)runtime_.events().tell(*engine(), [&] {
    return Event{.kind = Event::Kind::worker_died, .worker = pid, .reason = reason};
  });
}

// Whatever happens to a message is told: a caller by its error, anyone else by the count, and by an
// event; where nobody listens, once by a line on stderr.
void SlotOwner::dropped(std::string_view task, std::string_view why, Pid worker,
                        int attempt) noexcept {
  count_dropped();
  const bool heard = tell_job(Event::Kind::job_dropped, {task, worker, attempt, why});
  if (!heard && is_first(2)) log("gave up a " + std::string(task) + ": " + std::string(why));
}

// `unhandled`: nobody else knows of it.
void SlotOwner::failed(const AttemptAt& job, bool unhandled) noexcept {
  if (tell_job(Event::Kind::job_failed, job) || !unhandled || !is_first(4)) return;
  log("a " + std::string(job.task) + " failed at attempt " + std::to_string(job.attempt) + ": " +
      std::string(job.what));
}

void SlotOwner::gave_up(const AttemptAt& job) noexcept {
  count_dropped();
  (void)tell_job(Event::Kind::job_dropped, job);
}

void SlotOwner::retried(const AttemptAt& job, Duration delay) noexcept {
  (void)tell_job(Event::Kind::job_retried, job, delay);
}

bool SlotOwner::tell_job(Event::Kind kind, const AttemptAt& job, Duration delay) noexcept {
  bool counted = false;
  const bool heard = runtime_.events().tell(*engine(), [&] {
    if (!std::exchange(counted, true)) telling_.fetch_add(1, std::memory_order_relaxed);
    return Event{.kind = kind,
                 .task = std::string(job.task),
                 .worker = job.worker,
                 .attempt = job.attempt,
                 .what = std::string(job.what),
                 .duration = delay};
  });
  if (counted) telling_.fetch_sub(1, std::memory_order_relaxed);
  return heard;
}

void SlotOwner::hear_init_start() noexcept {}
void SlotOwner::hear_created(Pid) noexcept {}
void SlotOwner::hear_died(Pid, const ExitReason&) noexcept {}

}  // namespace poolder::detail
