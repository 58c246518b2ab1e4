// How a pool comes to be, and comes to be again.

#include <poolder/core/error.hpp>

#include "pool/pool_core.hpp"
#include "runtime/registry.hpp"

namespace poolder::detail {

std::shared_ptr<PoolCore> PoolCore::start(const std::shared_ptr<RuntimeCore>& runtime,
                                          PoolBlueprint blueprint) {
  runtime->check_thread();
  runtime->registry().check_free("Pool", blueprint.options.name);
  auto core = std::make_shared<PoolCore>(runtime, std::move(blueprint));
  if (core->definitions_events_) core->definitions_own_ = core->on(core->definitions_events_());
  core->open(core->construct(0, core->options_.size));
  try {
    runtime->registry().add(core);
  } catch (...) {
    core->close_unused();
    throw;
  }
  core->initialise();
  return core;
}

void PoolCore::open(std::vector<WorkerBox*> boxes) {
  for (std::size_t i = 0; i < boxes.size(); ++i) slots_.add(*this, i, boxes[i]);
  open_ = boxes.size();
  self_ = shared_from_this();
  size_.store(boxes.size(), std::memory_order_release);
  if (worker_type().options.hibernate_after == infinity) return;
  for (std::size_t i = 0; i < boxes.size(); ++i) slots_[i].wake();  // their idle time begins
}

void PoolCore::initialise() {
  if (!handle_init_) return;
  try {
    handle_init_(PoolHandle{shared_from_this()});
  } catch (...) {
    stop();
    throw;
  }
}

// A new generation in the same slots, and as many as at first. Nothing of the old one acts on it:
// its timers know their generation, its handlers that were left behind touch their own worker
// alone, and its senders find a closed mailbox, or an open one, whose mail is handled.
void PoolCore::restart() {
  if (cell_.enter([&] { return phase_ != Phase::stopped; }))
    fail(ErrorCode::invalid_argument, "only a pool that has stopped can be started afresh");
  runtime_->registry().check_free(kind(), name_);
  const std::vector<WorkerBox*> boxes = construct(0, options_.size);
  try {
    runtime_->registry().add(shared_from_this());
  } catch (...) {
    for (WorkerBox* each : boxes)
      destroy_at_home(each, {ExitReason::Kind::shutdown, "the pool could not be started afresh"});
    throw;
  }
  forget_end();
  watch_.start();
  cell_.enter([&] { reopen(boxes); });
  // Had the runtime begun to end in between, it would have found this pool stopped.
  if (runtime_->stopping()) begin_stop({ExitReason::Kind::shutdown, "the runtime has ended"});
  initialise();
}

// In the cell.
void PoolCore::reopen(const std::vector<WorkerBox*>& boxes) {
  phase_ = Phase::running;
  pausing_ = grace_is_over_ = false;
  stops_requested_ = 0;
  inside_.clear();
  window_ = RestartWindow{options_.restart};
  open_ = slots_.count();
  self_ = shared_from_this();
  backoffs().reopen();
  shared_queue_.reopen();
  size_.store(boxes.size(), std::memory_order_release);
  for (std::size_t i = 0; i < slots_.count(); ++i)
    slots_[i].reopen(i < boxes.size() ? boxes[i] : nullptr);
  closed_.store(false, std::memory_order_seq_cst);
}

}  // namespace poolder::detail
