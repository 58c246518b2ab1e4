#pragma once

#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <poolder/runtime/detail/core.hpp>

namespace poolder::detail {

/// One subscription's state. Any thread.
///
/// Invariants. Its callbacks never overlap: run() is called by one job at a time. After cancel()
/// has returned none runs, but for the one that called it.
class Subscriber {
 public:
  explicit Subscriber(std::weak_ptr<RuntimeCore> core) : core_(std::move(core)) {}

  /// Calls back, unless cancelled. Throws what the callback throws.
  void run(const std::function<void()>& callback);
  void cancel() noexcept;

  /// Called by cancel, while the runtime lives. Set before anyone else knows of this.
  void when_cancelled(std::function<void()> forget) { forget_ = std::move(forget); }

 private:
  void finish() noexcept;

  std::weak_ptr<RuntimeCore> core_;
  std::function<void()> forget_;
  OpCell cell_;
  bool cancelled_ = false;
  bool running_ = false;
  std::thread::id runner_;
  std::vector<WaitPoint*> waiting_;
};

}  // namespace poolder::detail
