#include "runtime/threaded_core.hpp"

#include <algorithm>
#include <string>

#include <sys/prctl.h>

#include "runtime/log.hpp"

namespace poolder::detail {

std::shared_ptr<ThreadedCore> ThreadedCore::start(const RuntimeOptions& options) {
  auto core = std::make_shared<ThreadedCore>(options);
  core->scheduler_ = std::make_unique<Scheduler>(core, options);
  core->watcher_ = std::thread([&watched = *core] { watched.watch(); });
  return core;
}

ThreadedCore::ThreadedCore(const RuntimeOptions& options) : options_(options), timekeeper_(now()) {}

bool ThreadedCore::wait(WaitPoint& point, Ticks deadline) {
  if (point.signalled()) return true;
  scheduler_->give_seat_up();
  return point.wait_until_awake(deadline);
}

void ThreadedCore::watch() {
  prctl(PR_SET_TIMERSLACK, 1);  // nanosecond; the default of 50 us would make every timer late
  constexpr Ticks tick = 1'000'000;
  constexpr int most_quiet = 64;  // ticks while nothing runs; then it sleeps for good
  int quiet = 0;
  while (watching_.load(std::memory_order_acquire)) {
    const int calls = timekeeper_.calls();
    const Ticks began = now();
    recently_.store(began, std::memory_order_relaxed);
    scheduler_->timers_fire(true);
    timekeeper_.fire_due(began);
    scheduler_->timers_fire(false);
    quiet = scheduler_->tick(began) ? 0 : std::min(quiet + 1, most_quiet);
    const bool for_good = quiet == most_quiet && scheduler_->watcher_may_sleep();
    if (for_good) recently_.store(unknown, std::memory_order_relaxed);
    timekeeper_.sleep_until(for_good ? never : began + tick, calls);
    if (for_good && recently_.load(std::memory_order_relaxed) != unknown) quiet = 0;
  }
}

// The watcher slept: it keeps the time again for a while.
Ticks ThreadedCore::look_at_clock() noexcept {
  const Ticks time = now();
  Ticks before = unknown;
  if (recently_.compare_exchange_strong(before, time, std::memory_order_relaxed))
    timekeeper_.interrupt();
  return time;
}

void ThreadedCore::wake_watcher() noexcept {
  Ticks before = unknown;
  recently_.compare_exchange_strong(before, now(), std::memory_order_relaxed);
  timekeeper_.interrupt();
}

void ThreadedCore::stop_threads() {
  // Those of killed handlers end when these return.
  if (!homes_->wait_for_none(options_.shutdown))
    log("runtime: threads of dedicated workers are still in handlers and were left to themselves");
  if (const std::size_t left = scheduler_->stop(options_.shutdown); left > 0)
    log("runtime: " + std::to_string(left) +
        " threads are still in handlers after the shutdown time and were left to themselves");
  watching_.store(false, std::memory_order_release);
  timekeeper_.interrupt();
  watcher_.join();
  ended_.store(true, std::memory_order_release);
  // Nothing they reach takes work any more; each disposes of what it holds.
  timekeeper_.fire_due(never);
  scheduler_->drop_rest();
}

}  // namespace poolder::detail
