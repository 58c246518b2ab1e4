#pragma once

#include <memory>
#include <thread>

#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/options.hpp>

#include "runtime/home_thread.hpp"
#include "runtime/scheduler.hpp"
#include "runtime/timekeeper.hpp"

namespace poolder::detail {

/// The runtime on threads: a scheduler, and one more thread, the watcher, that keeps time and sees
/// handlers that block. The watcher looks about every millisecond while anything runs and sleeps
/// for good while nothing does.
class ThreadedCore final : public RuntimeCore {
 public:
  static std::shared_ptr<ThreadedCore> start(const RuntimeOptions& options);

  explicit ThreadedCore(const RuntimeOptions& options);

  Ticks now() const noexcept override {
    return std::chrono::steady_clock::now().time_since_epoch().count();
  }
  Ticks system_now() const noexcept override {
    return std::chrono::nanoseconds{std::chrono::system_clock::now().time_since_epoch()}.count();
  }
  Duration look_at_system_clock() const noexcept override { return std::chrono::seconds{2}; }
  void arm(Timer& timer, Ticks deadline) override { timekeeper_.arm(timer, deadline); }
  bool cancel(Timer& timer) override { return timekeeper_.cancel(timer); }
  void schedule(Runnable& cell) override {
    if (cell.has_home()) [[unlikely]]
      return cell.go_home();
    ended_.load(std::memory_order_acquire) ? cell.discard() : scheduler_->push(cell);
  }
  void schedule_last(Runnable& cell) override {
    cell.has_home() ? cell.go_home() : scheduler_->push_last(cell);
  }
  bool wait(WaitPoint& point, Ticks deadline) override;
  void release_later(std::shared_ptr<void> last) override {
    scheduler_->release_later(std::move(last));
  }

  const std::shared_ptr<HomeCount>& homes() const noexcept override { return homes_; }

  void allow_spares(int more) noexcept override { scheduler_->allow_spares(more); }

  void wake_watcher() noexcept;

 private:
  void stop_threads() override;
  Ticks look_at_clock() noexcept override;
  void watch();

  const RuntimeOptions options_;
  const std::shared_ptr<HomeCount> homes_ = std::make_shared<HomeCount>();
  Timekeeper timekeeper_;
  std::unique_ptr<Scheduler> scheduler_;
  std::atomic<bool> watching_{true};
  std::atomic<bool> ended_{false};  // no thread is left to run anything
  std::thread watcher_;
};

}  // namespace poolder::detail
