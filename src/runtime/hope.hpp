#pragma once

#include <algorithm>

namespace poolder::detail {

/// Whether to do something that only sometimes pays, such as looking out for a signal before going
/// to sleep. After it was wrong it is left out the next 1, 3, 7 ... 63 times. One thread's own.
class Hope {
 public:
  bool looks() noexcept {
    if (left_out_ == 0) return true;
    --left_out_;
    return false;
  }
  void was_right() noexcept { left_out_ = in_vain_ = 0; }
  void was_wrong() noexcept {
    in_vain_ = std::min(2 * in_vain_ + 1, 63);
    left_out_ = in_vain_;
  }

 private:
  int in_vain_ = 0, left_out_ = 0;
};

}  // namespace poolder::detail
