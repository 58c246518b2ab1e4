// How leases are given out, and who waits for one.

#include <exception>
#include <string>
#include <thread>
#include <utility>

#include <poolder/core/error.hpp>

#include "lease/lease_core.hpp"
#include "lease/unwinding.hpp"
#include "runtime/relax.hpp"

namespace poolder::detail {

namespace {

bool is_sampled(const LeaseEntry& entry) noexcept {
  return (entry.number + entry.again.load(std::memory_order_relaxed)) % 64 == 1;
}

Lent lent_here(LeaseEntry& entry) noexcept {
  const auto [thread, exceptions] = Unwinding::here();
  return {&entry, entry.resource, thread, exceptions};
}

}  // namespace

// ---------------------------------------------------------------- in the cell

void LeaseCore::serve(Waiter& waiter, LeaseEntry& entry) noexcept {
  begin_loan(entry);
  waiter.given = &entry;
}

// ---------------------------------------------------------------- not in the cell

Lent LeaseCore::acquire(Duration timeout, Priority priority) {
  check_thread();
  LeaseEntry* entry = take_at_hand();
  if (!entry) entry = cell_.enter([&] { return is_running() ? take_idle() : nullptr; });
  if (!entry || checks_) [[unlikely]]
    return acquire_slowly(entry, timeout, priority);
  if (Activation::here().innermost || is_sampled(*entry)) [[unlikely]]
    return lend_here(*entry, 0);
  return lent_here(*entry);
}

LeaseEntry* LeaseCore::take_at_hand() noexcept {
  LeaseEntry* const entry = hand_.take();
  if (entry)
    entry->again.store(entry->again.load(std::memory_order_relaxed) + 1, std::memory_order_relaxed);
  return entry;
}

Lent LeaseCore::acquire_slowly(LeaseEntry* entry, Duration timeout, Priority priority) {
  if (timeout <= Duration{0}) return acquire_at_once(entry);
  const Ticks since = runtime().now();
  const Ticks deadline = after(since, timeout);
  for (;; entry = nullptr) {
    bool is_good = !checks_;
    if (!entry) {
      BlockedWaiter waiter{priority};
      waiter.since = since;
      entry = take_or_wait(waiter, deadline);
      is_good |= waiter.given != nullptr;  // checked by who handed it over
    }
    if (is_good || is_fit(*entry)) return lend_here(*entry, since);
    discard_elsewhere(*entry);
  }
}

Lent LeaseCore::acquire_at_once(LeaseEntry* entry) {
  if (entry && checks_ && !is_fit(*entry)) {
    give_back_slowly(*entry, Fate::discarded);
    entry = nullptr;
  }
  if (!entry) entry = take_at_once();
  if (entry) return lend_here(*entry, 0);
  cell_.enter([&] { ++timeouts_; });
  fail_late();
}

Lent LeaseCore::try_acquire() {
  check_thread();
  LeaseEntry* entry = take_at_hand();
  if (!entry) entry = take_at_once();
  return entry ? lend_here(*entry, 0) : Lent{};
}

// Null: none is to be had.
LeaseEntry* LeaseCore::take_at_once() {
  for (;;) {
    bool is_good = !checks_;
    LeaseEntry* const entry = take_or_make(is_good);
    if (!entry || is_good || is_fit(*entry)) return entry;
    give_back_slowly(*entry, Fate::discarded);
  }
}

LeaseEntry* LeaseCore::take_or_make(bool& is_good) {
  LeaseEntry* idle = nullptr;
  bool open = false, begun = false;
  Making making;
  in_cell([&] {
    open = is_running();
    if (!open || (idle = take_idle())) return;
    begun = begin_here(making);
  });
  if (!open) std::rethrow_exception(has_stopped());
  if (!begun) return idle;
  is_good = true;
  make(making);
  if (!making.entry && (!making.error || is_closed())) std::rethrow_exception(has_stopped());
  return making.entry;
}

LeaseEntry* LeaseCore::take_or_wait(BlockedWaiter& waiter, Ticks deadline) {
  Effects effects;
  LeaseEntry* idle = nullptr;
  const bool open = in_cell([&] {
    if (!is_running()) return false;
    if (!(idle = take_idle())) {
      if (!waiters_.empty()) waiter.point.comes_late();
      waiters_.add(waiter);
      conclude(effects);
    }
    return true;
  });
  if (!open) std::rethrow_exception(has_stopped());
  if (idle) return idle;
  carry_out(effects);
  return wait_for(waiter, deadline);
}

// He has been handed something or refused, or withdraws: which of them is settled in the cell.
LeaseEntry* LeaseCore::wait_for(BlockedWaiter& waiter, Ticks deadline) {
  std::exception_ptr error;
  try {
    (void)waiter.point.wait_until(runtime(), deadline);
  } catch (...) {
    error = std::current_exception();  // a simulation in which nothing could end the wait
  }
  if (!waiter.point.signalled()) {
    if (withdraw(waiter, true)) {
      if (error) std::rethrow_exception(error);
      fail_late();
    }
    for (int turns = 0; !waiter.point.signalled(); ++turns)  // told this very moment
      turns < 100 ? relax() : std::this_thread::yield();
  }
  if (!waiter.given) std::rethrow_exception(has_stopped());
  return waiter.given;
}

bool LeaseCore::withdraw(Waiter& waiter, bool is_late) noexcept {
  Effects effects;
  const bool was_listed = in_cell([&] {
    if (!waiter.listed) return false;
    waiters_.withdraw(waiter);
    timeouts_ += is_late ? 1u : 0u;
    conclude(effects);
    return true;
  });
  carry_out(effects);
  return was_listed;
}

Lent LeaseCore::lend(LeaseEntry& entry, Ticks since) noexcept {
  if (is_sampled(entry)) [[unlikely]] {
    entry.lent_since = runtime().now();
    waited_.record(since == 0 ? 0 : entry.lent_since - since);
  }
  return lent_here(entry);
}

Lent LeaseCore::lend_here(LeaseEntry& entry, Ticks since) {
  Loans* const borrower = Loans::mine();
  if (borrower && !lent_to(*borrower, entry)) [[unlikely]] {
    hand_on(entry);
    fail(ErrorCode::worker_down, "this worker was killed, and borrows no more");
  }
  return lend(entry, since);
}

std::exception_ptr LeaseCore::has_stopped() const {
  return failure(ErrorCode::stopped,
                 std::string("the lease pool \"").append(name()).append("\" has stopped"));
}

std::exception_ptr LeaseCore::too_late() const {
  std::string why = "no resource of the lease pool \"";
  why.append(name()).append("\" was free in time");
  cell_.enter([&] {
    if (failing_) why.append("; the last attempt to create one failed: ").append(last_failure_);
  });
  return failure(ErrorCode::timeout, why);
}

void LeaseCore::fail_late() const { std::rethrow_exception(too_late()); }

// ---------------------------------------------------------------- requests

void LeaseCore::request(std::unique_ptr<LeaseRequest> request, Duration timeout,
                        Priority priority) {
  check_thread();
  const Ticks since = runtime().now();
  auto self = std::static_pointer_cast<LeaseCore>(shared_from_this());
  const auto waiter = std::make_shared<AsyncWaiter>(self, std::move(request), priority);
  waiter->since = since;
  if (timeout <= Duration{0}) return answer_at_once(*waiter);
  while (LeaseEntry* idle = take_or_list(*waiter)) {
    if (!checks_ || is_fit(*idle)) return (void)waiter->take(*idle);
    discard_elsewhere(*idle);
  }
  const Ticks deadline = after(since, timeout);
  if (deadline == never) return;
  waiter->kept_by_clock();
  runtime().arm(*waiter, deadline);
}

void LeaseCore::answer_at_once(AsyncWaiter& waiter) {
  if (LeaseEntry* const entry = take_at_once()) return (void)waiter.take(*entry);
  cell_.enter([&] { ++timeouts_; });
  waiter.refuse(too_late());
}

// Null: it is listed now.
LeaseEntry* LeaseCore::take_or_list(AsyncWaiter& waiter) {
  Effects effects;
  LeaseEntry* idle = nullptr;
  const bool open = in_cell([&] {
    if (!is_running()) return false;
    if ((idle = take_idle())) return true;
    waiter.kept_by_list();
    waiters_.add(waiter);
    conclude(effects);
    return true;
  });
  if (!open) std::rethrow_exception(has_stopped());
  carry_out(effects);
  return idle;
}

LeaseEntry* AsyncWaiter::tell() noexcept {
  disarm();
  const auto self = std::move(by_list_);
  if (given) return take(*given);
  refuse(pool_->has_stopped());
  return nullptr;
}

LeaseEntry* AsyncWaiter::take(LeaseEntry& entry) noexcept {
  const bool is_wanted = request_->starts();
  if (is_wanted) request_->take(pool_->lend(entry, since));
  request_.reset();
  return is_wanted ? nullptr : &entry;
}

void AsyncWaiter::give_up() noexcept {
  if (!pool_->withdraw(*this, false)) return;
  disarm();
  request_.reset();
  by_list_.reset();
}

void AsyncWaiter::refuse(std::exception_ptr why) noexcept {
  request_->refuse(std::move(why));
  request_.reset();
}

void AsyncWaiter::disarm() noexcept {
  if (pool_->runtime().cancel(*this)) by_clock_.reset();
}

void AsyncWaiter::due(Timer& timer) noexcept {
  const auto self = std::move(static_cast<AsyncWaiter&>(timer).by_clock_);
  if (!self->pool_->withdraw(*self, true)) return;
  self->by_list_.reset();
  self->refuse(self->pool_->too_late());
}

}  // namespace poolder::detail
