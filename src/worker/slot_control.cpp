#include <utility>

#include "runtime/monitors.hpp"
#include "runtime/scheduler_thread.hpp"
#include "runtime/wait_graph.hpp"
#include "worker/slot.hpp"
#include "worker/slot_owner.hpp"

namespace poolder::detail {

static const ExitReason killed_in_handler{ExitReason::Kind::killed, "its worker was killed"};

static const ExitReason left_behind{ExitReason::Kind::shutdown,
                                    "its handler did not end within the shutdown time"};

void Slot::go_home() noexcept { owner_.run_at_home(*this); }

void Slot::notify(std::uint32_t set, std::uint32_t clear) {
  std::uint32_t before = control_.load(std::memory_order_relaxed);
  while (!control_.compare_exchange_weak(before, ((before | set) & ~clear) & ~parked,
                                         std::memory_order_seq_cst)) {
  }
  if ((before & parked) != 0 || mail_.enter_after_change()) owner_.runtime().schedule(*this);
}

bool Slot::wake() {
  const bool rested = mail_.enter_after_change();
  if (rested) owner_.runtime().schedule(*this);
  return rested;
}

// The owner gives the baton up without leaving: mail gathers, and only notify brings the slot back.
// Not if something else has been asked for, or the reason has gone.
Slot::Step Slot::park(std::uint32_t reason) noexcept {
  std::uint32_t now = control_.load(std::memory_order_relaxed);
  do {
    if ((now & reason) == 0 || (now & ~(paused | delayed)) != 0) return Step::go_on;
  } while (!control_.compare_exchange_weak(now, now | parked, std::memory_order_seq_cst));
  return Step::gone;
}

Slot::Step Slot::attend() noexcept {
  const std::uint32_t asked = control_.load(std::memory_order_acquire);
  if ((asked & closing) != 0 || pid() == Pid{}) return close(), Step::gone;
  leave_shared_to_others();
  control_.fetch_and(~(resizing | replacing | hibernating), std::memory_order_acq_rel);
  if (asked & resizing) resize();
  replace_if_killed();
  if (asked & hibernating) hibernate();
  if (!box_ && !retired_ && (control_.load(std::memory_order_acquire) & delayed))
    return park(delayed);
  return Step::go_on;
}

void Slot::close_unused() {
  const Owning owning{*this, Activation::current()};
  if (mail_.enter()) close();
}

// A closed slot is nobody's, and what is asked of it meanwhile has no effect that lasts: each
// control bit that is still set is one that came too late.
void Slot::reopen(WorkerBox* worker) {
  const Pid pid = worker ? worker->pid() : owner_.new_pid(index_);
  box_ = worker;
  lost_ = Lost::nothing;
  retired_ = !worker;
  slept_ = false;
  tries_ = 0;
  pid_.store(pid.value(), std::memory_order_release);
  present_.store(worker ? pid.value() : 0, std::memory_order_release);
  control_.store(0, std::memory_order_seq_cst);
  if (queue_) queue_->reopen();
  mail_.reopen();
  owner_.runtime().schedule(*this);
}

void Slot::leave_behind(Pid worker) {
  if (take_from_handler(worker, left_behind)) owner_.runtime().schedule(*this);
}

// A worker whose pid is no longer the slot's was killed, unless another has arrived to take its
// place: the pid and the arrival are set in one step, so a pid that an arrival explains finds that
// arrival.
void Slot::replace_if_killed() {
  while (box_ && pid() != Pid{} && box_->pid() != pid())
    if (!resize()) end_worker({ExitReason::Kind::killed, "killed"}, Lost::killed);
}

// One that is still to be constructed, after a crash, never will be: who asks for it once its pid
// names nobody must find out why. Where it is here after all, it will end for the same reason.
void Slot::note_unborn(Pid pid, const ExitReason& reason) {
  if (this->pid() == pid && !holds(pid)) owner_.runtime().monitors().note(pid, reason);
}

bool Slot::dismiss(Pid worker, const ExitReason& reason) {
  if (worker == Pid{}) return false;
  note_unborn(worker, reason);
  std::uint64_t expected = worker.value();
  return pid_.compare_exchange_strong(expected, 0, std::memory_order_acq_rel);
}

Pid Slot::dismiss(const ExitReason& reason) {
  Pid worker = pid();
  while (worker != Pid{} && !dismiss(worker, reason)) worker = pid();
  return worker;
}

void Slot::close_dismissed(Pid worker, const ExitReason& reason) {
  if (present_.load(std::memory_order_acquire) != worker.value())
    owner_.worker_ended(worker, reason);
  notify(closing);
  request_stop();
}

// Grown and shrunk may both have happened since: the size of now decides. True: a worker has
// arrived.
bool Slot::resize() {
  WorkerBox* arrived = owner_.take_arrival(index_);
  const bool wanted = owner_.wants(index_);
  if (wanted && !arrived) return false;
  end_worker({ExitReason::Kind::shutdown, "the pool shrank"}, Lost::nothing);
  forget_timer();
  lost_ = Lost::nothing;
  retired_ = !wanted;
  slept_ = false;
  box_ = arrived;
  present_.store(arrived ? arrived->pid().value() : 0, std::memory_order_release);
  if (arrived && !wanted)
    end_worker({ExitReason::Kind::shutdown, "the pool shrank"}, Lost::nothing);
  return arrived != nullptr;
}

void Slot::hibernate() {
  if (!box_) return;
  const Ticks since = timer_ ? timer_->idle_since : 0;
  forget_timer();
  if (since == 0) return;
  const Duration limit = owner_.worker_type().options.hibernate_after;
  const Ticks now = owner_.runtime().now();
  if (now < after(since, limit)) {
    put_off(Duration{after(since, limit) - now});
    timer_->idle_since = since;
    return;
  }
  slept_ = true;
  Handler handler{nullptr, nullptr, &box_->loans()};
  try {
    owner_.worker_type().handle_hibernate(box_->worker());
  } catch (...) {
    owner_.report_hook("handle_hibernate", std::current_exception());
  }
  (void)handler.end();
}

// What is queued is given up, and the slot takes nothing more.
void Slot::close() noexcept {
  forget_timer();
  const ExitReason reason = owner_.closing_reason(*this);
  const Pid unborn = !box_ && !retired_ ? pid() : Pid{};
  WorkerBox* arrived = owner_.take_arrival(index_);
  if (unborn != Pid{}) note_unborn(unborn, reason);
  if (arrived) note_unborn(arrived->pid(), reason);
  const auto refuse = [this](Message* message) { owner_.give_up_refused(*this, message); };
  while (batch_) refuse(std::exchange(batch_, batch_->next));
  batch_length_.store(0, std::memory_order_relaxed);
  for (Message* each = mail_.close().oldest; each;) refuse(std::exchange(each, each->next));
  if (queue_)
    for (Message* each : queue_->close()) refuse(each);
  if (unborn != Pid{}) owner_.worker_ended(unborn, reason);
  end_worker(reason, Lost::nothing);
  if (arrived) owner_.destroy_worker(arrived, reason);
  owner_.slot_closed(*this);
}

void Slot::forward() noexcept {
  while (!owner_.wants(index_)) {
    Message* message = next_message();
    if (!message) return;
    owner_.requeue_elsewhere(message);
  }
}

bool Slot::kill(Pid victim) {
  note_unborn(victim, killed_in_handler);
  if (!replace_pid(victim)) return false;
  if (take_from_handler(victim, killed_in_handler)) {
    owner_.runtime().schedule(*this);
  } else {
    if (!holds(victim)) owner_.worker_ended(victim, killed_in_handler);
    notify(replacing);
  }
  return true;
}

std::optional<Slot::Taken> Slot::take(Pid victim, const Activation::Run& run) {
  return take_from_handler(victim, killed_in_handler, &run);
}

void Slot::go_on_without(Taken taken) {
  tell(taken);
  owner_.runtime().schedule(*this);
}

bool Slot::kill_again(Pid victim) {
  if (present_.load(std::memory_order_acquire) != victim.value() || mail_.is_closed()) return true;
  if (!take_from_handler(victim, killed_in_handler)) return false;
  owner_.runtime().schedule(*this);
  return true;
}

Slot::Taken::Taken(Taken&& other) noexcept
    : victim(other.victim),
      type(other.type),
      reason(std::move(other.reason)),
      attempt(other.attempt),
      reply(std::exchange(other.reply, nullptr)),
      stop(std::move(other.stop)),
      loans(std::move(other.loans)) {}

Slot::Taken::~Taken() {
  if (reply) reply->release();
}

bool Slot::take_from_handler(Pid victim, const ExitReason& reason) {
  std::optional<Taken> taken = take_from_handler(victim, reason, nullptr);
  if (taken) tell(*taken);
  return taken.has_value();
}

// Settles with the handler's end who owns the slot. Something: the caller does, and the handler's
// thread keeps the worker object and the message, whose caller is yet to be told.
std::optional<Slot::Taken> Slot::take_from_handler(Pid victim, const ExitReason& reason,
                                                   const Activation::Run* run) {
  Activation* activation = activation_.load(std::memory_order_acquire);
  if (!activation || !activation->lock(this)) return std::nullopt;
  const bool same = box_->pid() == victim && (!run || activation->run_of(this) == *run);
  // With a run it is the caller who gives the slot its next pid, and only now.
  if (!same || (run && !replace_pid(victim))) {
    activation->unlock();
    return std::nullopt;
  }
  std::optional<Taken> taken{take_out(*activation, reason)};
  activation->unlock(Activation::taken);
  return taken;
}

// The activation is locked. Its thread is no longer one of those that max_blocked_threads allows.
Slot::Taken Slot::take_out(Activation& activation, const ExitReason& reason) {
  WorkerBox* box = std::exchange(box_, nullptr);
  const auto& type = static_cast<const WorkerMessageType&>(*activation.task());
  Taken taken{box->pid(), type, reason};
  owner_.runtime().monitors().note(taken.victim, reason);
  present_.store(0, std::memory_order_release);
  if (Message* message = std::exchange(current_, nullptr)) {
    taken.attempt = static_cast<int>(message->attempt);
    taken.reply = type.reply ? type.reply(*message) : nullptr;
    if (taken.reply) taken.reply->keep();
  }
  taken.stop = box->begin_stop();
  taken.loans = box->loans().revoke();
  box->abandon(owner_.keep(*this));
  if (!owner_.dedicated()) owner_.runtime().allow_spares(1);
  owner_.handler_abandoned(taken.victim);
  lost_ = reason.kind == ExitReason::Kind::killed ? Lost::killed : Lost::nothing;
  return taken;
}

void Slot::tell(Taken& taken) {
  const Owning owning{*this, Activation::current()};
  owner_.runtime().wait_graph().forget(this);
  owner_.dropped(taken.type.name, taken.reason.what, taken.victim, taken.attempt);
  if (ReplyBase* reply = std::exchange(taken.reply, nullptr)) {
    reply->fail(
        failure(ErrorCode::worker_down, "the worker was killed while it handled the request"));
    reply->publish();
    reply->release();
  }
  forget_timer();
  Loans::forfeit(taken.loans);
  owner_.worker_died(taken.victim, taken.reason);
  taken.stop.request_stop();
}

void Slot::request_stop_of(Pid worker) {
  Activation* activation = activation_.load(std::memory_order_acquire);
  if (!activation || !activation->lock(this)) return;
  std::stop_source stop{std::nostopstate};
  if (box_->pid() == worker) stop = box_->begin_stop();
  activation->unlock();
  stop.request_stop();
}

void Slot::abandon(Pid worker) {
  const Owning owning{*this, Activation::current()};
  if (take_from_handler(worker, left_behind)) close();
}

}  // namespace poolder::detail
