#pragma once

#include <memory>
#include <semaphore>
#include <thread>
#include <vector>

#include <poolder/core/random.hpp>
#include <poolder/runtime/detail/core.hpp>

#include "runtime/timer_wheel.hpp"

namespace poolder::detail {

/// The runtime on a virtual clock, one step at a time, each step drawn from a seed: which runnable
/// cell or which wait that has ended goes on, which due timer fires first, and how long a cell's
/// turn is.
///
/// A wait keeps its stack: the owner's thread, or a carrier thread for a handler that waits.
/// Exactly one of them holds the baton and runs; the others sleep on semaphores, so no state here
/// needs a lock.
///
/// Thread safety: the owner's thread and handlers alone; check_thread() says so to others.
class SimulatedCore final : public RuntimeCore {
 public:
  explicit SimulatedCore(std::uint64_t seed);
  ~SimulatedCore() override;

  Ticks now() const noexcept override { return now_; }
  Ticks system_now() const noexcept override { return now_ + system_ahead_; }
  Duration look_at_system_clock() const noexcept override { return infinity; }
  void arm(Timer& timer, Ticks deadline) override { wheel_.arm(timer, deadline); }
  bool cancel(Timer& timer) override { return wheel_.cancel(timer); }
  void schedule(Runnable& cell) override { runnable_.push_back(&cell); }
  void schedule_last(Runnable& cell) override { runnable_.push_back(&cell); }
  bool wait(WaitPoint& point, Ticks deadline) override;
  void release_later(std::shared_ptr<void> last) override { released_.push_back(std::move(last)); }
  void allow_spares(int) noexcept override {}
  Random* choices() noexcept override { return &random_; }
  void check_thread() const override;

  // The owner's alone; throw Error{invalid_argument} inside a handler.
  void run_until_idle();
  void advance(Duration span);
  void suspend(Duration span);
  void set_system_clock(Ticks time);

 private:
  struct Carrier;
  struct Frame;

  void stop_threads() override;
  void check_owner() const;
  void park(Frame& frame);
  void pass_baton();
  void carry(Carrier& self);
  bool step(Carrier& self);
  Runnable* take_runnable();
  Frame* when_idle();
  void fire_one_due();
  void resume(Frame& frame);
  bool is_ready(const Frame& frame) const noexcept;

  const std::thread::id owner_ = std::this_thread::get_id();
  Random random_;
  Ticks now_;
  Ticks system_ahead_;  // of the steady clock
  TimerWheel wheel_;
  std::vector<Runnable*> runnable_;
  std::vector<Frame*> frames_;  // parked waits
  std::vector<Carrier*> idle_;
  std::vector<std::unique_ptr<Carrier>> carriers_;
  std::vector<std::shared_ptr<void>> released_;  // dropped between two steps
  bool aborting_ = false;                        // the runtime ends: waits throw
  bool ended_ = false;
};

}  // namespace poolder::detail
