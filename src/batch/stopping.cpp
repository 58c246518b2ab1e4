// The end of a batcher: what it holds is handled first, and given up when the time is over.

#include <utility>

#include <poolder/core/error.hpp>

#include "batch/batcher_core.hpp"
#include "runtime/wait_graph.hpp"

namespace poolder::detail {

void BatcherCore::begin_stop() {
  Effects effects;
  Blocked* refused = nullptr;
  cell_.enter([&] {
    queue_.hand_over();
    hibernate_due_ = false;
    refused = std::exchange(first_blocked_, nullptr);
    last_blocked_ = nullptr;
    blocked_handlers_ = blocked_items_ = 0;
    prompt(effects);
  });
  carry_out(effects);
  while (refused) {
    Blocked& each = *std::exchange(refused, refused->next);
    each.outcome = Outcome::stopped;
    each.room.signal();
  }
  timeout_.cancel();
  hibernation_.cancel();
}

/// Tells of what is given up at the end, then destroys that and the definition: a job of its own,
/// as the user's code in it may block.
class BatcherCore::LastWords final : public Runnable {
 public:
  explicit LastWords(std::shared_ptr<BatcherCore> core)
      : Runnable(core->options_.priority), core_(std::move(core)) {}

  void run(Turn&) noexcept override {
    core_->speak(*this);
    delete this;
  }
  void discard() noexcept override {
    may_tell = false;
    core_->speak(*this);
    delete this;
  }

  BatchList left;
  Task task;  ///< holds the definition
  bool may_tell = false;

 private:
  const std::shared_ptr<BatcherCore> core_;
};

// The hook is called unless all lanes are stuck in handlers, which it must not run beside.
void BatcherCore::give_up_rest() {
  auto words =
      std::make_unique<LastWords>(std::static_pointer_cast<BatcherCore>(shared_from_this()));
  const bool any = cell_.enter([&] {
    if (!is_stopping() || std::exchange(gave_up_, true)) return false;
    words->left = queue_.give_up();
    for (const HeldBatch* each = words->left.first(); each; each = each->next)
      dropped_ += each->count();
    words->task.definition = std::move(definition_);
    if (!words->task.definition && words->left.empty()) return false;
    words->may_tell =
        words->task.definition && handlers() - weighing_ < options_.max_concurrent_batches;
    words->task.generation = handler_begins();
    speaking_ = true;
    return true;
  });
  if (!any) return;
  after_second_grace([core = weak_from_this(), generation = words->task.generation] {
    if (const auto self = core.lock()) static_cast<BatcherCore&>(*self).hush(generation);
  });
  runtime().schedule(*words.release());
}

void BatcherCore::speak(LastWords& words) noexcept {
  Task& task = words.task;
  {
    InHandler here{*this, nullptr};
    task.activation = here.activation();
    while (HeldBatch* each = words.left.pop_front()) {
      report_given_up(each->count(), stopped_first);
      if (words.may_tell) {
        BatchItems items = lay_out_quietly(each);
        tell_dropped(task.definition.get(), items,
                     {each->attempts, failure(ErrorCode::stopped, stopped_first)});
      }
      HeldBatch::free(each);
    }
    task.definition = nullptr;
  }
  Told told;
  cell_.enter([&] {
    if (task.generation == generation()) speaking_ = false;
    handler_ends(task.generation, task.activation, told);
  });
  tell(told);
}

// They take too long: the end does not wait any more.
void BatcherCore::hush(Generation generation) {
  Told told;
  const bool spoke = cell_.enter([&] {
    if (generation != this->generation() || !std::exchange(speaking_, false)) return false;
    settle(told);
    return true;
  });
  if (spoke) log_once(32, "stopped before handle_dropped or its definition's destructor returned");
  tell(told);
}

void BatcherCore::leave_handlers() noexcept {
  queue_.forget_handlers();
  active_ = starting_ = weighing_ = 0;
  blocked_handlers_ = blocked_items_ = 0;
  speaking_ = false;
}

void BatcherCore::begin_again() {
  auto made = factory_->make();
  runtime().wait_graph().forget(static_cast<Engine*>(this));
  cell_.enter([&] {
    std::swap(definition_, made);
    hibernate_due_ = gave_up_ = false;
  });
  show_places();
}

void BatcherCore::take_back() {
  const auto gone = cell_.enter([&] { return std::move(definition_); });
}

}  // namespace poolder::detail
