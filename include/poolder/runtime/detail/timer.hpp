#pragma once

#include <poolder/core/duration.hpp>

namespace poolder::detail {

/// One deadline, embedded in what waits for it. Armed and cancelled through RuntimeCore.
///
/// `fire` is called once, by the thread that keeps time, holding no lock: it must be short, run no
/// user code and may destroy the timer. After a cancel that returned true it is not called.
struct Timer {
  using Fire = void (*)(Timer&) noexcept;

  explicit Timer(Fire function) noexcept : fire(function) {}
  Timer(const Timer&) = delete;
  Timer& operator=(const Timer&) = delete;

  // The wheel's, guarded by it.
  Timer* previous = nullptr;  ///< null: not armed
  Timer* next = nullptr;
  Ticks deadline = never;
  Fire fire;

 protected:
  ~Timer() = default;
};

}  // namespace poolder::detail
