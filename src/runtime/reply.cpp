#include <poolder/runtime/detail/reply.hpp>

#include "runtime/relax.hpp"

namespace poolder::detail {

namespace {
std::atomic<std::uint64_t> requests_given_up{0};
}

bool ReplyBase::fail(std::exception_ptr error) noexcept {
  if (!claim()) return false;
  error_ = std::move(error);
  answered();
  return true;
}

bool ReplyBase::fail_unless_started(std::exception_ptr error) noexcept {
  if (!step(Phase::pending, Phase::writing)) return false;
  error_ = std::move(error);
  phase_.store(Phase::withdrawn, std::memory_order_release);
  return true;
}

// Counted after the step: who finds the count changed finds the request settled.
bool ReplyBase::cancel(std::exception_ptr error) noexcept {
  if (!fail_unless_started(std::move(error))) return false;
  requests_given_up.fetch_add(1, std::memory_order_release);
  return true;
}

void ReplyBase::wait_is_over() noexcept {
  if (ends_with_the_wait_ &&
      cancel(failure(ErrorCode::timeout, "no worker was free for the request in time")))
    publish();
}

bool ReplyBase::expire(std::exception_ptr error) noexcept {
  if (!fail(std::move(error))) return false;
  requests_given_up.fetch_add(1, std::memory_order_release);
  return true;
}

std::uint64_t ReplyBase::given_up() noexcept {
  return requests_given_up.load(std::memory_order_acquire);
}

// What is being written this moment may be a withdrawal.
bool ReplyBase::withdrawn() const noexcept {
  while (phase_.load(std::memory_order_acquire) == Phase::writing) relax();
  return phase_.load(std::memory_order_acquire) == Phase::withdrawn;
}

// Publishing may happen twice: a kill answers a call at once, and the killed handler drops the
// request later.
void ReplyBase::publish() noexcept {
  if (!settled()) {
    fail(failure(ErrorCode::worker_down, "the request was dropped without an answer"));
    while (!settled()) relax();  // somebody else may be writing the answer this moment
  }
  if (point_.signal()) {
    const auto continuation = std::move(continuation_);
    run_detached(*continuation->core, std::move(continuation->job));
  }
}

void ReplyBase::then(const std::shared_ptr<RuntimeCore>& core, std::function<void()> job) {
  continuation_ = std::make_unique<Continuation>(Continuation{core, std::move(job)});
  if (point_.instead_of_waiting()) return;
  const auto continuation = std::move(continuation_);
  run_detached(*core, std::move(continuation->job));
}

}  // namespace poolder::detail
