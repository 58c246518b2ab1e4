#include <poolder/runtime/detail/reply.hpp>

#include "runtime/relax.hpp"

namespace poolder::detail {

bool ReplyBase::fail(std::exception_ptr error) noexcept {
  if (!claim()) return false;
  error_ = std::move(error);
  answered();
  return true;
}

bool ReplyBase::fail_unless_started(std::exception_ptr error) noexcept {
  if (!step(Phase::pending, Phase::writing)) return false;
  error_ = std::move(error);
  answered();
  return true;
}

// Publishing may happen twice: a kill answers a call at once, and the killed handler drops the
// request later.
void ReplyBase::publish() noexcept {
  if (phase_.load(std::memory_order_acquire) != Phase::answered) {
    fail(failure(ErrorCode::worker_down, "the request was dropped without an answer"));
    // Somebody else may be writing the answer this moment, and it is visible to nobody before that
    // is done.
    while (phase_.load(std::memory_order_acquire) != Phase::answered) relax();
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
