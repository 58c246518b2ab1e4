#include "runtime/scheduler_thread.hpp"

#include "runtime/scheduler.hpp"

namespace poolder::detail {

static thread_local SchedulerThread* this_thread = nullptr;

SchedulerThread* SchedulerThread::current() noexcept { return this_thread; }

void SchedulerThread::run() {
  this_thread = this;
  activation.store(&Activation::outermost(), std::memory_order_release);
  scheduler.rouse_watcher();
  run_cells();
  // The record may serve another thread next, and the watcher must not take this one's seat over
  // it.
  activation.store(nullptr, std::memory_order_release);
  seat.store(nullptr, std::memory_order_release);
}

void SchedulerThread::run_cells() {
  for (;;) {
    while (!seat.load(std::memory_order_acquire))
      if (!scheduler.seat_for(*this)) return;
    Runnable* cell = scheduler.next(*this);
    if (!cell) return;
    messages = 0;
    began_at_tick = scheduler.ticks();
    urgent = cell->priority() > Priority::normal;
    const std::uint64_t number = turn.load(std::memory_order_relaxed);
    turn.store(number + 1, std::memory_order_relaxed);
    cell->run(*this);
    turn.store(number + 2, std::memory_order_release);
  }
}

bool SchedulerThread::may_go_on() noexcept {
  constexpr unsigned most_messages = 512, most_ticks = 2;
  return ++messages < most_messages && scheduler.ticks() - began_at_tick < most_ticks &&
         seat.load(std::memory_order_relaxed) && (urgent || !scheduler.urgent_waiting());
}

void SchedulerThread::lost_seat() noexcept {
  scheduler.stop_searching(*this);
  if (Seat* kept = seat.exchange(nullptr, std::memory_order_acq_rel)) scheduler.hand_over(*kept);
}

}  // namespace poolder::detail
