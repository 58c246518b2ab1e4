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
  explicit Runnable(Priority priority) noexcept : priority_(priority) {}
  Runnable(const Runnable&) = delete;
  Runnable& operator=(const Runnable&) = delete;

  /// Runs on a scheduler thread. Never throws: user code's exceptions are caught inside.
  virtual void run(Turn& turn) noexcept = 0;

  /// In place of run(), where the runtime has ended before its turn came.
  virtual void discard() noexcept {}

  Priority priority() const noexcept { return priority_; }

 protected:
  virtual ~Runnable() = default;

 private:
  Priority priority_;
};

}  // namespace poolder::detail
