#include <algorithm>
#include <utility>

#include "runtime/log.hpp"
#include "runtime/monitors.hpp"
#include "runtime/scheduler_thread.hpp"
#include "worker/slot.hpp"
#include "worker/slot_owner.hpp"

namespace poolder::detail {

// The worker has ended here; the slot's next one has another pid from this moment on.
void Slot::end_worker(ExitReason reason, Lost lost) {
  if (!box_) return;
  WorkerBox* box = std::exchange(box_, nullptr);
  const Pid pid = box->pid();
  lose(pid, reason);
  present_.store(0, std::memory_order_release);
  lost_ = lost;
  forget_timer();
  if (lost == Lost::crash || lost == Lost::killed) Loans::forfeit(box->loans().revoke());
  Handler handler{nullptr, nullptr};
  box->destroy();
  (void)handler.end();
  owner_.worker_died(pid, reason);
}

// The reason first: who finds that the pid is no more asks for it.
void Slot::lose(Pid pid, const ExitReason& reason) {
  owner_.runtime().monitors().note(pid, reason);
  replace_pid(pid);
}

bool Slot::replace_pid(Pid pid) noexcept {
  std::uint64_t expected = pid.value();
  return pid_.compare_exchange_strong(expected, owner_.new_pid(index_).value(),
                                      std::memory_order_acq_rel);
}

// There is no worker. One that crashed or was killed has a successor only while its engine's policy
// admits it.
Slot::Step Slot::renew() noexcept {
  const Pid next = pid();
  if (next == Pid{}) return close(), Step::gone;
  if (resize() || retired_) return Step::go_on;  // else it could be the pid of one that has arrived
  if (lost_ == Lost::crash || lost_ == Lost::killed) {
    if (!owner_.admit_restart()) {
      owner_.fail_for_good("too many workers were restarted");
      return Step::go_on;  // `closing` is set now
    }
    count(restarts_);
  }
  lost_ = Lost::nothing;
  if (construct(next)) return Step::go_on;

  lost_ = Lost::crash;
  if (tries_ < 10) ++tries_;
  put_off(std::chrono::milliseconds{1} * (1 << tries_) / 2);  // 1 ms, 2, 4 ... half a second
  return park(delayed);
}

bool Slot::construct(Pid pid) noexcept {
  WorkerBox* box = nullptr;
  Handler handler{nullptr, nullptr};
  try {
    box = owner_.create_worker(owner_.arguments_of(*this), pid, this);
  } catch (...) {
    (void)handler.end();
    return false;
  }
  (void)handler.end();
  tries_ = 0;
  slept_ = false;
  box_ = box;
  present_.store(pid.value(), std::memory_order_release);
  return true;
}

// Starts the slot's one timer; hibernation and a delayed worker exclude each other.
void Slot::put_off(Duration delay) {
  forget_timer();
  const bool hibernation = box_ != nullptr;
  if (!hibernation) control_.fetch_or(delayed, std::memory_order_seq_cst);
  timer_ = new SlotTimer(owner_.keep(*this), *this, hibernation ? hibernating : 0u,
                         hibernation ? 0u : delayed);
  owner_.runtime().arm(*timer_, after(owner_.runtime().now(), delay));
}

void Slot::forget_timer() noexcept {
  control_.fetch_and(~delayed, std::memory_order_seq_cst);
  if (!timer_) return;
  SlotTimer* timer = std::exchange(timer_, nullptr);
  if (owner_.runtime().cancel(*timer)) timer->release();  // the clock's reference
  timer->release();
}

// This thread's handler was killed: the slot goes on without it.
void Slot::was_taken(WorkerBox* box, Message* message) noexcept {
  const std::shared_ptr<SlotOwner> owner = box->abandoned();
  const Pid pid = box->pid();
  Handler handler{nullptr, nullptr};
  if (message) free_message(message);
  box->destroy();
  (void)handler.end();
  if (!owner->dedicated()) owner->runtime().allow_spares(-1);
  owner->abandoned_ended(pid);
}

}  // namespace poolder::detail
