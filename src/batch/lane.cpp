// The turns on scheduler threads in which batches are handled.

#include <new>
#include <utility>

#include <poolder/core/error.hpp>
#include <poolder/worker/retry.hpp>

#include "batch/batcher_core.hpp"
#include "runtime/handler_note.hpp"

namespace poolder::detail {

static constexpr MessageType batch_handler{"batch", nullptr};

class BatcherCore::Lane final : public Runnable {
 public:
  Lane(std::shared_ptr<BatcherCore> core, Generation generation, Priority priority)
      : Runnable(priority), core_(std::move(core)), generation_(generation) {}

  void run(Turn& turn) noexcept override {
    core_->serve(generation_, turn);
    delete this;
  }
  void discard() noexcept override { delete this; }

 private:
  const std::shared_ptr<BatcherCore> core_;
  const Generation generation_;
};

void BatcherCore::start_lane(Generation generation, bool to_back) {
  auto& lane = *new Lane(std::static_pointer_cast<BatcherCore>(shared_from_this()), generation,
                         options_.priority);
  to_back ? runtime().schedule_last(lane) : runtime().schedule(lane);
}

bool BatcherCore::retires() const noexcept {
  return is_stopping() && definition_ && queue_.held() == 0 && handlers() == 0;
}

// Lanes for what is ready, as far as there may be more.
void BatcherCore::prompt(Effects& effects) {
  const std::size_t ready = queue_.ready() + (hibernate_due_ || retires() ? 1 : 0);
  effects.generation = generation();
  for (; active_ < options_.max_concurrent_batches && starting_ < ready; ++active_, ++starting_)
    ++effects.lanes;
}

BatcherCore::Task BatcherCore::begin_lane(Generation generation, Effects& effects) {
  if (generation != this->generation()) return {};
  --starting_;
  Task task = next_task();
  if (task.kind == Task::Kind::none) --active_;
  prompt(effects);
  return task;
}

BatcherCore::Task BatcherCore::next_task() {
  Task task;
  if (std::exchange(hibernate_due_, false)) {
    task.kind = Task::Kind::hibernate;
    task.definition = definition_;
  } else if ((task.batch = queue_.next())) {
    task.kind = Task::Kind::batch;
    task.definition = definition_;
    if (task.batch->attempts > 0) ++retried_;
    if (options_.retry.jitter > 0)
      task.drawn = runtime().choices() ? runtime().choices()->next() : random_.next();
  } else if (retires()) {
    task.kind = Task::Kind::retire;
    task.definition = std::move(definition_);
  } else {
    return task;
  }
  task.generation = handler_begins();
  return task;
}

// The end of one is the begin of the next.
BatcherCore::Task BatcherCore::end_task(Task& task, bool go_on, Effects& effects) {
  const bool is_over = task.generation != generation() || !(is_running() || is_stopping());
  if (task.batch) end_batch(task, is_over, effects);
  handler_ends(task.generation, task.activation, effects.told);
  if (is_over) return {};
  Task next = go_on ? next_task() : Task{};
  if (next.kind == Task::Kind::none) --active_;
  effects.to_back = !go_on;
  prompt(effects);
  return next;
}

// What nobody would try again is given up.
void BatcherCore::end_batch(Task& task, bool is_over, Effects& effects) {
  HeldBatch& batch = *task.batch;
  const std::size_t count = batch.handed_over;
  const bool tried_again = task.end == Task::End::again || task.end == Task::End::rest;
  if (tried_again && !is_over && !gave_up_) {
    if (task.end == Task::End::again) return queue_.again(batch);
    effects.resting = queue_.rest(batch);
    effects.rest_until = after(runtime().now(), task.delay);
    return;
  }
  if (task.end == Task::End::handled) {
    items_ += count;
    ++batches_;
  } else {
    ++failed_;
    if (task.end != Task::End::ignored) dropped_ += count;
  }
  if (tried_again) effects.given_up = count;
  if (is_over) {
    effects.freed = &batch;
    return;
  }
  if (tried_again) {
    queue_.let_go(batch);
    effects.freed = &batch;
  } else {
    effects.freed = queue_.finished(batch);
  }
  if (hibernates_ && is_running()) touched(runtime().now(), effects);
  admit(effects);
}

void BatcherCore::serve(Generation generation, Turn& turn) {
  Effects effects;
  Task task = cell_.enter([&] { return begin_lane(generation, effects); });
  carry_out(effects);
  while (task.kind != Task::Kind::none) {
    run(task);
    const bool go_on = turn.may_go_on();
    Effects ended;
    task = cell_.enter([&] { return end_task(task, go_on, ended); });
    carry_out(ended);
  }
}

void BatcherCore::run(Task& task) {
  InHandler here{*this, &batch_handler};
  const HandlerNote note{static_cast<Engine*>(this), task.generation,
                         task.batch ? task.batch->handed_over : 0};
  task.activation = here.activation();
  if (task.kind == Task::Kind::batch) attempt(task);
  if (task.kind == Task::Kind::hibernate) {
    try {
      type_.handle_hibernate(task.definition.get());
    } catch (...) {
      report_hook("handle_hibernate", std::current_exception());
    }
  }
  task.definition = nullptr;
}

// The items are destroyed here, where user code may run.
void BatcherCore::attempt(Task& task) {
  BatchItems items;
  std::exception_ptr error;
  try {
    lay_out(task.batch, items);
    if (task.batch->attempts == 0) tell_batch(Event::Kind::batch_flushed, task.batch->count());
    type_.handle_batch(task.definition.get(), items);
  } catch (...) {
    error = std::current_exception();
  }
  if (error) attempt_failed(task, items, error);
  if (task.end != Task::End::again && task.end != Task::End::rest) task.batch->clear();
}

// In a row, and out of their boxes. What it throws is a failed attempt; the items stay.
void BatcherCore::lay_out(HeldBatch*& batch, BatchItems& items) const {
  if (!batch->is_row()) {
    HeldBatch* const row = HeldBatch::make(type_.item, batch->count(), weighs_);
    if (!row) throw std::bad_alloc{};
    batch->move_to(*row, false);
    HeldBatch::free(std::exchange(batch, row));
  }
  if (!type_.item.unbox) {
    items = {batch->row(), batch->count()};
    return;
  }
  struct AsFar {
    HeldBatch& boxes;
    BatchItems& items;
    ~AsFar() { items = {boxes.unboxed(), boxes.unboxed_count()}; }
  } const as_far{*batch, items};
  batch->unbox();
}

BatchItems BatcherCore::lay_out_quietly(HeldBatch*& batch) const noexcept {
  BatchItems items;
  try {
    lay_out(batch, items);
  } catch (...) {
    // What could be laid out is told of.
  }
  return items;
}

void BatcherCore::attempt_failed(Task& task, BatchItems& items, const std::exception_ptr& error) {
  const Failure failure{++task.batch->attempts, error};
  const Recovery recovery = recover(task, items, failure);
  const std::size_t count = task.batch->handed_over;
  if (recovery.kind() == Recovery::Kind::ignore) {
    task.end = Task::End::ignored;
    tell_batch(Event::Kind::job_failed, count, failure.attempt, failure.what());
    return;
  }
  const bool last = failure.attempt >= options_.retry.max_attempts || items.taken;
  if (!last && recovery.kind() != Recovery::Kind::halt) {
    const bool at_once =
        recovery.kind() == Recovery::Kind::retry || recovery.delay() <= Duration{0};
    task.end = at_once ? Task::End::again : Task::End::rest;
    task.delay = recovery.delay();
    tell_batch(Event::Kind::job_retried, count, failure.attempt, failure.what(),
               at_once ? Duration{0} : task.delay);
    return;
  }
  task.end = Task::End::given_up;
  tell_batch(Event::Kind::job_failed, count, failure.attempt, failure.what());
  report_given_up(count, failure.what(), !type_.handle_error && !type_.handle_dropped);
  tell_dropped(task.definition.get(), items, failure);
}

Recovery BatcherCore::recover(const Task& task, BatchItems& items, const Failure& failure) {
  if (type_.handle_error) {
    try {
      return type_.handle_error(task.definition.get(), items, failure);
    } catch (...) {
      report_hook("handle_error", std::current_exception());
    }
  }
  Random random{task.drawn};
  const Duration delay = retry_delay(options_.retry, failure.attempt, random);
  return delay > Duration{0} ? backoff(delay) : retry();
}

void BatcherCore::tell_dropped(void* definition, BatchItems& items,
                               const Failure& failure) noexcept {
  if (!type_.handle_dropped) return;
  try {
    type_.handle_dropped(definition, items, failure);
  } catch (...) {
    report_hook("handle_dropped", std::current_exception());
  }
}

}  // namespace poolder::detail
