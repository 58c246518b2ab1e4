#include <algorithm>
#include <utility>

#include "worker/slot.hpp"
#include "worker/slot_owner.hpp"

namespace poolder::detail {

// Counted before the message is freed: that is when a caller gets its reply, and may look at the
// counts. The job with which a worker has said exit() is freed after it has left: what the job
// holds may look for it.
void Slot::succeeded(Message* message, Next& next) {
  processed_.store(processed() + 1, std::memory_order_relaxed);
  if (next.kind() == Next::Kind::proceed) [[likely]]
    return free_message(message);
  if (next.kind() == Next::Kind::stop_pool) {
    free_message(message);
    return owner_.begin_stop({ExitReason::Kind::shutdown, "a worker stopped the pool"});
  }
  owner_.worker_exits(*this);
  end_worker({ExitReason::Kind::normal, next.reason()}, Lost::ended);
  free_message(message);
}

// No retry, and handle_error is not asked: the caller is told.
void Slot::call_failed(Message* message, Thrown thrown) {
  count(failed_);
  owner_.failed({message->type->name, box_->pid(), static_cast<int>(message->attempt), thrown.what},
                false);
  after_failure(thrown.what);
  static_cast<const WorkerMessageType&>(*message->type)
      .reply(*message)
      ->fail(std::move(thrown.error));
  free_message(message);
}

void Slot::job_failed(Message* message, const Thrown& thrown, Recovery recovery) {
  const int attempt = static_cast<int>(message->attempt);
  const SlotOwner::AttemptAt job{message->type->name, box_->pid(), attempt, thrown.what};
  if (recovery.kind() == Recovery::Kind::ignore) {
    count(failed_);
    owner_.failed(job, false);
    return free_message(message);
  }
  const bool last = attempt >= owner_.worker_type().options.retry.max_attempts;
  if (last || recovery.kind() == Recovery::Kind::halt) {
    count(failed_);
    owner_.failed(job, !owner_.worker_type().handle_error);
    owner_.gave_up(job);
    after_failure(thrown.what);
    return free_message(message);
  }
  count(retried_);
  message->queued_us = 0;
  owner_.retried(job, recovery.kind() == Recovery::Kind::retry ? Duration{0} : recovery.delay());
  if (recovery.kind() == Recovery::Kind::retry || recovery.delay() <= Duration{0})
    return again(message);
  owner_.backoffs().add(owner_.keep(*this), *this, message, recovery.delay());
}

// Before the slot's next message.
void Slot::again(Message* message) noexcept {
  if (queue_) return queue_->push_next(message);
  message->next = batch_;
  batch_ = message;
  batch_length_.store(batch_length_.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
}

Recovery Slot::by_policy(int attempt) {
  const Duration delay = owner_.retry_delay(attempt);
  return delay > Duration{0} ? backoff(delay) : retry();
}

void Slot::after_failure(std::string_view what) {
  if (owner_.worker_type().options.on_failure == OnFailure::keep) return;
  end_worker({ExitReason::Kind::failed, std::string(what)}, Lost::crash);
}

}  // namespace poolder::detail
