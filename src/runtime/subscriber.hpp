#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <poolder/runtime/detail/core.hpp>

namespace poolder::detail {

/// One subscription: the right to call its callback, which one thread has at a time.
///
/// Thread safety: any thread.
///
/// Invariants.
/// 1. Its calls never overlap, and are made in the order of run(). A thread that comes while
/// another calls waits for its turn, and its own call comes before run() returns. Two exceptions,
/// where waiting could have no end: a call that is caused by a callback of the same subscription,
/// and one that comes while the callback itself waits for something of poolder's. They are left to
/// the thread that calls now, which makes them as soon as the present callback returns.
/// 2. After cancel() has returned none is made, but for the one that called it.
/// 3. What a callback throws is caught, counted, and said once for each subscription.
class Subscriber {
 public:
  using Call = std::function<void()>;  ///< owns what it needs: it may be left to another thread

  explicit Subscriber(std::weak_ptr<RuntimeCore> core) : core_(std::move(core)) {}
  virtual ~Subscriber() = default;

  /// Makes the call, unless cancelled; the caller holds no cell, and keeps this alive.
  void run(RuntimeCore& core, Call call) noexcept;
  void cancel() noexcept;
  /// Waits until all calls are made that run() was asked for before. False: the deadline came
  /// first. At once inside a callback of this subscription.
  bool settle(RuntimeCore& core, Ticks deadline);

  /// Called by cancel, each time. Set before anyone else knows of this.
  void when_cancelled(std::function<void()> forget) { forget_ = std::move(forget); }

  /// While the calling thread waits for something of poolder's inside callbacks, nobody waits for
  /// these.
  class Waits {
   public:
    Waits() noexcept;
    ~Waits();
    Waits(const Waits&) = delete;
    Waits& operator=(const Waits&) = delete;
  };

 protected:
  /// Cancelled, and no callback runs any more: once, on whatever thread ended the last.
  virtual void let_go() noexcept {}

 private:
  struct Turn;
  /// A call that is to come after the present one; or, without a call, who waits for that.
  struct Next {
    Call call;
    Turn* turn;  ///< who waits to make it; null: left to the thread that calls now
  };
  class Frame;

  bool take_turn(RuntimeCore& core, Call& call) noexcept;
  bool wait_for_turn(RuntimeCore& core, Turn& turn) noexcept;
  void call_all(RuntimeCore& core, Call& call) noexcept;
  void call_back(RuntimeCore& core, const Call& call) noexcept;
  bool advance(Call& next) noexcept;
  void begin_wait() noexcept;
  void end_wait() noexcept;

  std::weak_ptr<RuntimeCore> core_;
  std::function<void()> forget_;
  bool said_ = false;  // that it threw; the runner's

  OpCell cell_;  // guards the rest
  bool cancelled_ = false;
  bool running_ = false;
  bool waits_ = false;  // the callback that runs waits for something of poolder's
  std::thread::id runner_;
  std::deque<Next> next_;
  std::vector<WaitPoint*> cancelling_;
};

}  // namespace poolder::detail
