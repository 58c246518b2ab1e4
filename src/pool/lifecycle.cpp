// A pool that stops: from whatever thread, once, and nobody waits for ever.

#include <utility>

#include "pool/pool_core.hpp"
#include "runtime/registry.hpp"

namespace poolder::detail {

void PoolCore::begin_stop(ExitReason reason) {
  const bool first = cell_.enter([&] {
    if (phase_ != Phase::running) return false;
    phase_ = Phase::stopping;
    reason_ = std::move(reason);
    return true;
  });
  if (!first) return;
  const auto kept = shared_from_this();
  closed_.store(true, std::memory_order_seq_cst);
  for (Message* each : backoffs_.close(*this))
    give_up_message(each, ErrorCode::stopped, "the pool has stopped");
  for (std::size_t i = 0; i < slots_.count(); ++i) slots_[i].notify(Slot::closing);
  for (std::size_t i = 0; i < slots_.count(); ++i) slots_[i].request_stop();
  if (options_.shutdown == infinity) return;
  run_after(*runtime_, options_.shutdown, [core = weak_from_this()] {
    if (const auto self = core.lock()) self->abandon_rest();
  });
}

// The shutdown time is over. A handler that began just now may be missed, so it looks again until
// all have closed.
void PoolCore::abandon_rest() {
  if (cell_.enter([&] { return phase_ == Phase::stopped; })) return;
  for (std::size_t i = 0; i < slots_.count(); ++i) slots_[i].abandon();
  run_after(*runtime_, std::chrono::milliseconds{1}, [core = weak_from_this()] {
    if (const auto self = core.lock()) self->abandon_rest();
  });
}

void PoolCore::stop() {
  check_thread();
  begin_stop({ExitReason::Kind::shutdown, "the pool was stopped"});
  const bool inside = runs_here();
  WaitPoint over;
  std::vector<WaitPoint*> told;
  const bool wait = cell_.enter([&] {
    if (phase_ == Phase::stopped) return false;
    if (!inside) return stop_waiters_.push_back(&over), true;
    // A handler does not wait for itself, nor for others that wait like it.
    ++waiting_inside_;
    if (open_ > waiting_inside_) return inside_waiters_.push_back(&over), true;
    told.swap(inside_waiters_);
    return false;
  });
  for (WaitPoint* each : told) each->signal();
  if (wait) over.wait_until(*runtime_, never);
}

void PoolCore::slot_closed() {
  std::vector<WaitPoint*> told;
  const bool all = cell_.enter([&] {
    if (--open_ <= waiting_inside_) told.swap(inside_waiters_);
    return open_ == 0;
  });
  for (WaitPoint* each : told) each->signal();
  if (all) finish_stop();
}

// The name is free before anyone who waits goes on.
void PoolCore::finish_stop() {
  runtime_->registry().remove(*this);
  std::shared_ptr<PoolCore> last;
  std::vector<WaitPoint*> told;
  cell_.enter([&] {
    phase_ = Phase::stopped;
    told.swap(stop_waiters_);
    last = std::move(self_);
  });
  for (WaitPoint* each : told) each->signal();
  runtime_->release_later(std::move(last));
}

ExitReason PoolCore::stop_reason() const {
  return cell_.enter([&] { return reason_; });
}

bool PoolCore::runs_here() const noexcept {
  for (const Activation* each = Activation::current(); each; each = each->outer()) {
    if (!each->cell()) continue;
    for (std::size_t i = 0; i < slots_.count(); ++i)
      if (&slots_[i] == each->cell()) return true;
  }
  return false;
}

}  // namespace poolder::detail
