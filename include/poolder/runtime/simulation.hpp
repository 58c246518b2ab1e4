#pragma once

#include <chrono>
#include <cstdint>

#include <poolder/core/duration.hpp>
#include <poolder/runtime/runtime.hpp>

namespace poolder {

/// A runtime on one thread at a time, with a seed and a virtual clock: the same seed gives the same
/// interleaving, different seeds explore others, and waiting costs no time.
///
/// Every wait of the owner's thread (a call, drain, stop, a future's get) runs others until it is
/// over, and moves the clock to the next timer when nothing is runnable; one that nothing could end
/// throws Error{would_deadlock}. Only the thread that made it, and handlers, may use it or what
/// runs on it: others get Error{invalid_argument}.
class SimulatedRuntime : public Runtime {
 public:
  explicit SimulatedRuntime(std::uint64_t seed);

  /// Moves the clock, running whatever falls due on the way, at the very end included. Not from
  /// inside a handler.
  void advance(Duration span);

  /// Runs until nothing is runnable; the clock stands. Not from inside a handler.
  void run_until_idle();

  /// Moves the clocks as if the program had been stopped for so long: what fell due meanwhile finds
  /// itself late. Not from inside a handler.
  void suspend(Duration span);

  /// Sets the system clock, which began at 2000-01-01T00:00:00Z and goes with the steady one, for
  /// which this changes nothing. Not from inside a handler.
  void set_system_clock(std::chrono::system_clock::time_point time);
};

}  // namespace poolder
