#pragma once

#include <cstddef>
#include <vector>

#include <poolder/core/duration.hpp>
#include <poolder/worker/options.hpp>

namespace poolder::detail {

/// OTP's "intensity over period": how many restarts fit in a sliding window.
/// Not thread-safe; owned by one engine and touched only in its cell.
class RestartWindow {
 public:
  explicit RestartWindow(RestartPolicy allowed) : allowed_(allowed) {}

  /// Records a restart at `now`. False means one too many: the engine must give up.
  [[nodiscard]] bool admit(Ticks now) {
    if (allowed_.max_restarts <= 0) return false;
    const auto most = static_cast<std::size_t>(allowed_.max_restarts);
    if (times_.size() < most) {
      times_.push_back(now);
      return true;
    }
    // A ring of the last `most` restarts: only the oldest of them decides.
    Ticks& oldest = times_[next_];
    if (after(oldest, allowed_.period) >= now) return false;
    oldest = now;
    next_ = (next_ + 1) % most;
    return true;
  }

 private:
  RestartPolicy allowed_;
  std::vector<Ticks> times_;
  std::size_t next_ = 0;
};

}  // namespace poolder::detail
