#pragma once

#include <memory>

#include <poolder/runtime/detail/op_cell.hpp>
#include <poolder/runtime/detail/reply.hpp>
#include <poolder/runtime/detail/runnable.hpp>

namespace poolder::detail {

class TaskerCore;

/// One of a tasker's places to run a task in: takes task after task while there are any and its
/// turn lasts. The tasker has as many as were ever needed at once, up to its limit.
///
/// Thread safety: schedule() by whoever took it out of the idle ones; begins() in the tasker's
/// cell; lets_go() by the thread that runs it; keep_reply() in the tasker's cell.
class Runner final : public Runnable {
 public:
  Runner(TaskerCore& tasker, Priority priority) noexcept : Runnable(priority), tasker_(tasker) {}

  /// Has it run, soon; the tasker lives at least until then.
  void schedule();
  void run(Turn& turn) noexcept override;
  void discard() noexcept override { const auto last = std::move(kept_); }

  /// The task that it runs now answers there; null: nowhere.
  void begins(ReplyBase* reply) noexcept { reply_ = reply; }
  void lets_go() noexcept {
    if (reply_) reply_cell_.enter([&] { reply_ = nullptr; });
  }
  /// A counted hold on where its task answers. Null: nowhere, or it has ended.
  ReplyBase* keep_reply() noexcept {
    return reply_cell_.enter([&] {
      if (reply_) reply_->keep();
      return reply_;
    });
  }

  bool idle = true;  ///< the tasker's, in its cell

 private:
  TaskerCore& tasker_;
  std::shared_ptr<TaskerCore> kept_;  // while it is scheduled
  OpCell reply_cell_;
  ReplyBase* reply_ = nullptr;
};

}  // namespace poolder::detail
