#pragma once

#include <poolder/runtime/detail/core.hpp>

namespace poolder::detail {

/// The calling thread tells listeners of something in that engine, which may have to wait for it:
/// a callback that stops the engine must not wait for its end.
class Telling {
 public:
  explicit Telling(const EngineCore& engine) noexcept : engine_(engine), outer_(innermost) {
    innermost = this;
  }
  ~Telling() { innermost = outer_; }
  Telling(const Telling&) = delete;
  Telling& operator=(const Telling&) = delete;

  static bool of(const EngineCore& engine) noexcept {
    for (const Telling* each = innermost; each; each = each->outer_)
      if (&each->engine_ == &engine) return true;
    return false;
  }

 private:
  static inline thread_local const Telling* innermost = nullptr;

  const EngineCore& engine_;
  const Telling* const outer_;
};

}  // namespace poolder::detail
