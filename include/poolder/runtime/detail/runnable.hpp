#pragma once

#include <cstdint>

#include <poolder/runtime/priority.hpp>

namespace poolder::detail {

/// How much one turn may do before the cell goes to the back of its run queue. Asked
/// after every message by the thread that runs the turn.
class Turn {
 public:
  virtual bool may_go_on() noexcept = 0;

 protected:
  ~Turn() = default;
};

/// What stands in a run queue. Whoever schedules it hands over the right to run it.
class Runnable {
 public:
  explicit Runnable(Priority priority, bool has_home = false) noexcept
      : priority_(static_cast<std::uint8_t>(priority)), has_home_(has_home) {}
  Runnable(const Runnable&) = delete;
  Runnable& operator=(const Runnable&) = delete;

  /// Runs on a scheduler thread. Never throws: user code's exceptions are caught inside.
  virtual void run(Turn& turn) noexcept = 0;

  /// In place of run(), where the runtime has ended before its turn came.
  virtual void discard() noexcept {}

  /// Only its own thread may run it: go_home() in place of a run queue.
  bool has_home() const noexcept { return has_home_; }
  virtual void go_home() noexcept {}

  Priority priority() const noexcept { return static_cast<Priority>(priority_); }

 protected:
  virtual ~Runnable() = default;

 private:
  const std::uint8_t priority_;
  const bool has_home_;
};

}  // namespace poolder::detail
