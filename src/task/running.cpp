// Tasks on their way from the queue through a runner, and what becomes of those that do not get
// there.

#include <string>
#include <utility>

#include <poolder/core/error.hpp>

#include "runtime/handler_note.hpp"
#include "task/delivery.hpp"
#include "task/task_message.hpp"
#include "task/tasker_core.hpp"

namespace poolder::detail {

namespace {

// Behind what this thread has queued, where others find it at once: the task at hand may be long.
void schedule_behind(RuntimeCore& runtime, Runnable& cell) {
  SchedulerThread::current() ? runtime.schedule_last(cell) : runtime.schedule(cell);
}

}  // namespace

/// Destroys what an operation has put aside, as a job of its own.
class TaskerCore::Clearing final : public Runnable {
 public:
  Clearing(std::shared_ptr<TaskerCore> tasker, Round left) noexcept
      : Runnable(tasker->options_.priority), tasker_(std::move(tasker)), left_(std::move(left)) {}

  void run(Turn&) noexcept override { discard(); }
  void discard() noexcept override {
    tasker_->deal_with(left_);
    delete this;
  }

 private:
  const std::shared_ptr<TaskerCore> tasker_;
  Round left_;
};

void Runner::schedule() {
  kept_ = std::static_pointer_cast<TaskerCore>(tasker_.shared_from_this());
  schedule_behind(tasker_.runtime(), *this);
}

void Runner::run(Turn& turn) noexcept {
  const auto tasker = std::move(kept_);  // this runner may be gone before the end
  tasker->serve(*this, turn);
}

void TaskerCore::serve(Runner& runner, Turn& turn) noexcept {
  Round round;
  cell_.enter([&] {
    pending_ = false;
    take_next(runner, true, round);
  });
  for (;;) {
    deal_with(round);
    if (!round.task) return;  // the runner is another thread's by now
    const Ended ended = run_task(runner, *round.task, round.generation);
    const bool go_on = turn.may_go_on();
    Generation delivering = 0;
    cell_.enter([&] {
      if (ended.to_deliver) delivering = handler_begins();
      handler_ends(round.generation, ended.activation, round.told);
      if (round.life == life_) --running_;
      ++(ended.well ? processed_ : failed_);
      take_next(runner, go_on, round);
    });
    if (ended.to_deliver) schedule_delivery(ended.to_deliver, delivering);
  }
}

void TaskerCore::take_next(Runner& runner, bool go_on, Round& round) {
  round.task = go_on && running_ < limit_ ? queue_.take(queue_time(), round.aside) : nullptr;
  if (round.task) {
    ++running_;
    round.generation = handler_begins();
    round.life = life_;
    runner.begins(reply_of(*round.task));
  } else {
    runner.idle = true;
    idle_.push_back(&runner);
  }
  conclude(round);
}

void TaskerCore::conclude(Round& round) {
  watch_expiry(round);
  const TaskQueue::Aside& aside = round.aside;
  if (!aside.withdrawn.empty() || !aside.expired.empty() || !aside.displaced.empty())
    round.clearing = handler_begins();
  round.wake = wanted_runner();
  watch_idleness(round);
  settle(round.told);
}

Runner* TaskerCore::wanted_runner() {
  for (;;) {
    if (pending_ || running_ >= limit_) return nullptr;
    if (!queue_.is_empty()) break;
    if (queue_.wants_ring()) return nullptr;
  }
  pending_ = true;
  if (idle_.empty()) {
    runners_.push_back(std::make_unique<Runner>(*this, options_.priority));
    idle_.push_back(runners_.back().get());
  }
  Runner* runner = idle_.back();
  idle_.pop_back();
  runner->idle = false;
  return runner;
}

void TaskerCore::deal_with(Round& round) {
  for (WaitPoint* each : std::exchange(round.aside.told, {})) each->signal();
  if (Runner* wake = std::exchange(round.wake, nullptr)) wake->schedule();
  if (round.clearing) round.task ? clear_elsewhere(round) : clear(round);
  tell(round.told);
  if (const Duration delay = std::exchange(round.hibernate_in, Duration{0}); delay > Duration{0})
    hibernate_after(delay);
  if (const Ticks due = std::exchange(round.expire_at, never); due != never)
    run_after(runtime(), Duration{due - runtime().now()}, [weak = weak_from_this()] {
      if (const auto self = weak.lock()) static_cast<TaskerCore&>(*self).expire();
    });
}

// What is destroyed may wait for room, which a task that is to be run next may be needed for.
void TaskerCore::clear_elsewhere(Round& round) {
  Round left;
  left.aside = std::exchange(round.aside, {});
  left.why_displaced = round.why_displaced;
  left.is_last = round.is_last;
  left.clearing = std::exchange(round.clearing, std::nullopt);
  auto self = std::static_pointer_cast<TaskerCore>(shared_from_this());
  schedule_behind(runtime(), *new Clearing(std::move(self), std::move(left)));
}

// Destroys tasks, which is user code.
void TaskerCore::clear(Round& round) {
  std::size_t dropped = 0;
  const Activation* activation = nullptr;
  {
    InHandler here{*this, nullptr};
    activation = here.activation();
    for (Message* each : std::exchange(round.aside.withdrawn, {})) free_message(each);
    for (Message* each : std::exchange(round.aside.expired, {}))
      dropped += give_up(each, ErrorCode::timeout);
    for (Message* each : std::exchange(round.aside.displaced, {}))
      dropped += give_up(each, round.why_displaced);
  }
  cell_.enter([&] {
    dropped_ += dropped;
    if (round.is_last && last_clearing_ == round.clearing) last_clearing_.reset();
    handler_ends(*std::exchange(round.clearing, std::nullopt), activation, round.told);
  });
}

// How many are to be counted: 0 where it had been cancelled.
std::size_t TaskerCore::give_up(Message* task, ErrorCode code) {
  const std::string_view why =
      code == ErrorCode::timeout   ? "it waited in the queue for longer than max_wait"
      : code == ErrorCode::stopped ? "the tasker has stopped"
                                   : "its queue was full and drops the oldest";
  const TaskType& type = type_of(*task);
  ReplyBase* reply = reply_of(*task);
  if (reply) reply->fail(failure(code, why));
  const bool counts = !reply || !reply->withdrawn();
  const bool heard = counts && tell_event([&] {
                       return Event{.kind = Event::Kind::job_dropped,
                                    .task = std::string(type.name),
                                    .what = std::string(why)};
                     });
  if (counts && !heard)
    log_once(2, std::string("gave up a task of type ").append(type.name).append(": ").append(why));
  if (type.deliver) {
    type.fail(*task, failure(code, why));
    schedule_delivery(task, cell_.enter([&] { return handler_begins(); }));
  } else {
    free_message(task);
  }
  return counts ? 1 : 0;
}

bool TaskerCore::tell_failed(const MessageType& type, const std::exception_ptr& error) noexcept {
  return tell_event([&] {
    return Event{.kind = Event::Kind::job_failed,
                 .task = std::string(type.name),
                 .attempt = 1,
                 .what = std::string(describe(error))};
  });
}

TaskerCore::Ended TaskerCore::run_task(Runner& runner, Message& task,
                                       Generation generation) noexcept {
  const TaskType& type = type_of(task);
  Ended ended;
  InHandler here{*this, &type};
  const HandlerNote note{static_cast<Engine*>(this), generation};
  ended.activation = here.activation();
  try {
    const std::exception_ptr error = type.run(task);  // gone before its caller is told
    ended.well = !error;
    if (error) (void)tell_failed(type, error);
  } catch (...) {
    if (!tell_failed(type, std::current_exception()))
      log_once(1, "a task threw: " + std::string(describe(std::current_exception())));
  }
  runner.lets_go();
  if (type.deliver) {
    ended.to_deliver = &task;
  } else {
    free_message(&task);
  }
  return ended;
}

// ---------------------------------------------------------------- callbacks

void TaskerCore::schedule_delivery(Message* task, Generation generation) {
  auto self = std::static_pointer_cast<TaskerCore>(shared_from_this());
  schedule_behind(runtime(),
                  *new ResultDelivery(std::move(self), task, generation, options_.priority));
}

void TaskerCore::deliver(Message* task, Generation generation) noexcept {
  const Activation* activation = nullptr;
  bool threw = false;
  {
    InHandler here{*this, nullptr};
    activation = here.activation();
    try {
      type_of(*task).deliver(*task);
    } catch (...) {
      threw = true;
      report_hook("a function given to callback", std::current_exception());
    }
    free_message(task);
  }
  Told told;
  cell_.enter([&] {
    if (threw) ++callbacks_failed_;
    handler_ends(generation, activation, told);
  });
  tell(told);
}

}  // namespace poolder::detail
