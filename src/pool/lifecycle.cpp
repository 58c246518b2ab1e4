// A pool that stops: from whatever thread, once, and nobody waits for ever.

#include <algorithm>
#include <string>
#include <thread>
#include <utility>

#include "pool/pool_core.hpp"
#include "runtime/home_thread.hpp"
#include "runtime/registry.hpp"
#include "runtime/relax.hpp"
#include "runtime/telling.hpp"

namespace poolder::detail {

void PoolCore::begin_stop(ExitReason reason) { (void)end_life(std::move(reason)); }

PoolCore::Ending PoolCore::end_life(ExitReason reason) {
  const auto here = std::this_thread::get_id();
  const Ending ending = cell_.enter([&]() -> Ending {
    if (phase_ != Phase::running) return {generation_, false};
    phase_ = Phase::closing;
    closer_ = here;
    closed_.store(true, std::memory_order_seq_cst);
    reason_ = std::move(reason);
    return {generation_, true};
  });
  if (!ending.is_mine) return ending;
  const Generation generation = ending.generation;
  const auto kept = shared_from_this();
  runtime_->allow_spares(
      1);  // slots are closed by scheduler threads, and all of them may be stuck in handlers
  if (options_.shutdown != infinity)
    run_after(*runtime_, options_.shutdown, [core = weak_from_this(), generation] {
      if (const auto self = core.lock()) self->abandon_rest(generation);
    });
  for (Message* each : backoffs().close(*this))
    give_up_message(each, ErrorCode::stopped, "the pool has stopped");
  close_sharing();
  for (std::size_t i = 0; i < slots_.count(); ++i) slots_[i].notify(Slot::closing);
  request_stops(generation);
  cell_.enter([&] {
    phase_ = Phase::stopping;
    closer_ = {};
  });
  finish_if_all_closed();
  return ending;
}

// Nobody knows of this pool yet, and its runtime may have no threads left: the slots are closed
// here.
void PoolCore::close_unused() {
  cell_.enter([&] {
    phase_ = Phase::stopping;
    reason_ = {ExitReason::Kind::shutdown, "the pool could not be started"};
    closed_.store(true, std::memory_order_seq_cst);
  });
  runtime_->allow_spares(1);
  const auto kept = shared_from_this();
  for (std::size_t i = 0; i < slots_.count(); ++i) {
    const auto home = home_of(i);
    home ? home->run_and_wait([&] { slots_[i].close_unused(); }) : slots_[i].close_unused();
  }
}

// Asked for before the generation is: a job of an old one then has its own workers, whose pids say
// nothing to slots that have started afresh.
std::vector<Pid> PoolCore::workers_present() const {
  std::vector<Pid> present(slots_.count());
  for (std::size_t i = 0; i < present.size(); ++i) present[i] = slots_[i].present();
  return present;
}

// A handler that began just as its slot was asked to close is missed by the first look.
void PoolCore::request_stops(Generation generation) {
  const std::vector<Pid> workers = workers_present();
  if (cell_.enter([&] { return generation != generation_; })) return;
  for (std::size_t i = 0; i < workers.size(); ++i) slots_[i].request_stop_of(workers[i]);
  if (cell_.enter([&] { return open_ == 0 || stops_requested_++ > 0; })) return;
  run_after(*runtime_, std::chrono::milliseconds{1}, [core = weak_from_this(), generation] {
    if (const auto self = core.lock()) self->request_stops(generation);
  });
}

// The shutdown time is over. A handler that began just now may be missed, so it looks again until
// all have closed.
void PoolCore::abandon_rest(Generation generation) {
  const std::vector<Pid> workers = workers_present();
  std::size_t left = 0;
  const auto is_late = [&] {
    return generation != generation_ || (phase_ != Phase::closing && phase_ != Phase::stopping);
  };
  const bool over = cell_.enter([&] {
    if (is_late()) return true;
    left = std::exchange(abandoned_, {}).size();
    grace_is_over_ = true;
    return false;
  });
  if (over) return;
  for (std::size_t i = 0; i < workers.size(); ++i) slots_[i].abandon(workers[i]);
  cell_.enter([&] {
    if (!is_late()) left += std::exchange(abandoned_, {}).size();
  });
  if (left > 0 && is_first(16))
    log("stopped without " + std::to_string(left) +
        " handlers that did not end within the shutdown time");
  if (finish_if_all_closed()) return;
  run_after(*runtime_, std::chrono::milliseconds{1}, [core = weak_from_this(), generation] {
    if (const auto self = core.lock()) self->abandon_rest(generation);
  });
}

void PoolCore::handler_abandoned(Pid worker) {
  const auto index = static_cast<std::size_t>(worker.index());
  leave_home(index);
  const Activation::Run run = slots_[index].present_run();
  cell_.enter([&] {
    abandoned_.emplace(worker, run);
    for (RoomWait* each : room_waits_) std::erase(each->slots, index);
  });
}

void PoolCore::abandoned_ended(Pid worker) {
  cell_.enter([&] { abandoned_.erase(worker); });  // where stop() has not given up waiting for it
  finish_if_all_closed();
}

void PoolCore::stop() {
  check_thread();
  const Generation life = end_life({ExitReason::Kind::shutdown, "the pool was stopped"}).generation;
  if (Telling::of(*this)) return;
  leave_out_killed_here();
  std::vector<const Slot*> mine = owned_here();
  const auto here = std::this_thread::get_id();
  WaitPoint over;
  std::vector<WaitPoint*> told;
  const bool wait = cell_.enter([&] {
    // That life may be over already, and the next have begun.
    if (generation_ != life || phase_ == Phase::stopped || phase_ == Phase::running) return false;
    // Nor does what is destroyed, or called back, by the end itself.
    if (closer_ == here) return false;
    if (mine.empty()) return stop_waiters_.push_back(&over), true;
    // A handler does not wait for itself, nor for others that wait like it.
    for (const Slot* each : mine)
      if (std::find(inside_.begin(), inside_.end(), each) == inside_.end()) inside_.push_back(each);
    if (open_ > inside_.size()) return inside_waiters_.push_back(&over), true;
    told.swap(inside_waiters_);
    return false;
  });
  for (WaitPoint* each : told) each->signal();
  if (!wait) return;
  try {
    over.wait_until(*runtime_, never);
    all_is_told(after(runtime_->now(), options_.shutdown));
  } catch (...) {
    withdraw_stopper(over);  // a simulation in which nothing could end the wait
    throw;
  }
}

void PoolCore::stop_now() {
  const auto kept = shared_from_this();
  abandon_rest(end_life({ExitReason::Kind::shutdown, "the pool was stopped"}).generation);
}

// Returns once nobody will signal it any more.
void PoolCore::withdraw_stopper(WaitPoint& point) {
  const bool listed = cell_.enter(
      [&] { return std::erase(stop_waiters_, &point) + std::erase(inside_waiters_, &point) > 0; });
  while (!listed && !point.signalled()) relax();
}

void PoolCore::slot_closed(Slot& slot) {
  leave_home(slot.index());
  if (anyone_drains()) slot_idle(slot.index());
  std::vector<WaitPoint*> told;
  cell_.enter([&] {
    std::erase(inside_, &slot);
    if (--open_ <= inside_.size()) told.swap(inside_waiters_);
  });
  for (WaitPoint* each : told) each->signal();
  finish_if_all_closed();
}

// The last slot has closed, and no killed handler runs, or nobody waits for it any longer. The name
// is free before anyone who waits goes on.
bool PoolCore::finish_if_all_closed() {
  const bool all = cell_.enter([&] {
    if (phase_ != Phase::stopping || open_ > 0 || (!abandoned_.empty() && !grace_is_over_))
      return false;
    phase_ = Phase::finishing;
    return true;
  });
  if (!all) return false;
  runtime_->allow_spares(-1);
  watch_.stop();
  runtime_->registry().remove(*this);
  tell_ended(cell_.enter([&] { return reason_; }));
  std::shared_ptr<PoolCore> last;
  std::vector<WaitPoint*> told;
  cell_.enter([&] {
    phase_ = Phase::stopped;
    ++generation_;
    abandoned_.clear();
    told.swap(stop_waiters_);
    last = std::move(self_);
  });
  for (WaitPoint* each : told) each->signal();
  runtime_->release_later(std::move(last));
  return true;
}

ExitReason PoolCore::closing_reason(const Slot&) const {
  return cell_.enter([&] { return reason_; });
}

// The end waits for killed handlers, too, for as long as the shutdown time allows.
bool PoolCore::runs_here() const noexcept { return waits_for_caller() || !killed_here().empty(); }

bool PoolCore::waits_for_caller() const noexcept {
  return Telling::of(*this) || !owned_here().empty();
}

// The slots of this pool whose baton the calling thread has: in a handler, an inline call, or
// between two handlers.
std::vector<const Slot*> PoolCore::owned_here() const {
  std::vector<const Slot*> slots;
  for (const Owning* each = Owning::innermost(); each; each = each->outer())
    if (each->slot().owner().engine() == this && !each->is_lost()) slots.push_back(&each->slot());
  for (const Activation* each = Activation::current(); each; each = each->outer())
    if (const Slot* slot = slots_.at_address(each->cell()); slot && !each->is_taken())
      slots.push_back(slot);
  return slots;
}

std::vector<Activation::Run> PoolCore::killed_here() const {
  std::vector<Activation::Run> runs;
  for (const Activation* each = Activation::current(); each; each = each->outer())
    if (each->is_taken() && slots_.at_address(each->cell())) runs.push_back(each->run());
  return runs;
}

// A handler that was killed is a stranger to the pool, but for one thing: the end that it waits for
// does not wait for it.
void PoolCore::leave_out_killed_here() {
  const std::vector<Activation::Run> mine = killed_here();
  if (mine.empty()) return;
  cell_.enter([&] {
    std::erase_if(abandoned_, [&](const auto& each) {
      return std::find(mine.begin(), mine.end(), each.second) != mine.end();
    });
  });
  finish_if_all_closed();
}

}  // namespace poolder::detail
