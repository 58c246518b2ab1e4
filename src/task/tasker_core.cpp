#include "task/tasker_core.hpp"

#include <string>
#include <utility>

#include <poolder/core/error.hpp>

#include "runtime/wait_graph.hpp"

namespace poolder::detail {

TaskerCore::TaskerCore(std::shared_ptr<RuntimeCore> runtime, std::string_view type,
                       const TaskerOptions& options)
    : Engine(std::move(runtime), {"Tasker", type, options.name}, options.shutdown),
      options_(options),
      queue_(options.queue),
      limit_(options.limit) {
  show_places();
}

TaskerCore::~TaskerCore() { runtime().wait_graph().set_places(static_cast<Engine*>(this), {}); }

// For whoever waits for room, which as many tasks can make.
void TaskerCore::show_places() {
  const auto places = cell_.enter([&] { return WaitGraph::Places{limit_, generation()}; });
  runtime().wait_graph().set_places(static_cast<Engine*>(this), places);
}

std::shared_ptr<TaskerCore> TaskerCore::start(const std::shared_ptr<RuntimeCore>& runtime,
                                              std::string_view type, const TaskerOptions& options) {
  check(options);
  runtime->check_thread();
  auto core = std::make_shared<TaskerCore>(runtime, type, options);
  core->open();
  return core;
}

void TaskerCore::set_limit(std::size_t limit) {
  check_thread();
  check_open();
  if (limit == 0) fail(ErrorCode::invalid_argument, "a tasker's limit must be at least 1; it is 0");
  Round round;
  cell_.enter([&] {
    limit_ = limit;
    queue_.check_blocked(limit, round.aside);
    conclude(round);
  });
  show_places();
  deal_with(round);
}

TaskerStats TaskerCore::stats() const {
  check_thread();
  TaskerStats stats;
  stats.name = name();
  cell_.enter([&] {
    stats.limit = limit_;
    stats.running = running_;
    stats.queued = queue_.size();
    stats.processed = processed_;
    stats.failed = failed_;
    stats.dropped = dropped_;
    stats.callbacks_failed = callbacks_failed_;
  });
  return stats;
}

EngineStats TaskerCore::engine_stats() const {
  EngineStats stats = EngineCore::engine_stats();
  cell_.enter([&] {
    stats.size = limit_;
    stats.busy = running_;
    stats.queued = queue_.size();
    stats.processed = processed_;
    stats.failed = failed_;
    stats.dropped = dropped_;
  });
  return stats;
}

std::size_t TaskerCore::spare_runners() const {
  return cell_.enter([&] { return idle_.size(); });
}

void TaskerCore::stop_quietly() noexcept {
  try {
    stop();
  } catch (...) {
    report_hook("stop", std::current_exception());
  }
}

// ---------------------------------------------------------------- Engine

bool TaskerCore::is_idle() const noexcept {
  return handlers() == 0 && queue_.is_empty() && !queue_.anyone_blocked();
}

void TaskerCore::begin_stop() {
  Round round;
  round.why_displaced = ErrorCode::stopped;
  cell_.enter([&] {
    queue_.close(round.aside);
    conclude(round);
    last_clearing_ = round.clearing;
    round.is_last = true;
  });
  if (round.clearing) clear_elsewhere(round);  // the shutdown time holds for it, too
  deal_with(round);
}

// Nobody is left to wait for tasks that do not end: their futures are told. What they come to in
// the end goes nowhere.
void TaskerCore::give_up_rest() {
  std::vector<ReplyBase*> replies;
  cell_.enter([&] {
    for (const auto& each : runners_)
      if (ReplyBase* reply = each->keep_reply()) replies.push_back(reply);
  });
  for (ReplyBase* each : replies) {
    if (each->fail(failure(ErrorCode::stopped, "the tasker stopped without this task")))
      each->publish();
    each->release();
  }
  if (const auto left = cell_.enter([&] { return last_clearing_; }))
    after_second_grace([weak = weak_from_this(), generation = *left] {
      if (const auto self = weak.lock()) static_cast<TaskerCore&>(*self).leave_clearing(generation);
    });
}

void TaskerCore::leave_clearing(Generation generation) {
  Told told;
  cell_.enter([&] {
    if (last_clearing_ != generation) return;
    last_clearing_.reset();
    settle(told);
  });
  tell(told);
}

void TaskerCore::begin_again() {
  runtime().wait_graph().forget(static_cast<Engine*>(this));
  cell_.enter([&] {
    ++life_;
    running_ = 0;
    last_clearing_.reset();
    limit_ = options_.limit;
    queue_.reopen();
  });
  show_places();
  ring();
}

// ---------------------------------------------------------------- memory and time

bool TaskerCore::is_quiet() const noexcept {
  return running_ == 0 && !pending_ && queue_.is_empty();
}

void TaskerCore::watch_idleness(Round& round) {
  if (options_.hibernate_after == infinity || !is_quiet()) return;
  quiet_since_ = runtime().now();
  if (std::exchange(idleness_is_watched_, true)) return;
  round.hibernate_in = options_.hibernate_after;
}

void TaskerCore::hibernate_after(Duration delay) {
  run_after(runtime(), delay, [weak = weak_from_this()] {
    if (const auto self = weak.lock()) static_cast<TaskerCore&>(*self).hibernate();
  });
}

void TaskerCore::hibernate() {
  const Ticks now = runtime().now();
  Duration left{0};
  auto freed = std::make_shared<std::vector<std::unique_ptr<Runner>>>();
  cell_.enter([&] {
    idleness_is_watched_ = false;
    if (!is_quiet()) return;
    left = Duration{after(quiet_since_, options_.hibernate_after) - now};
    idleness_is_watched_ = left > Duration{0};
    if (idleness_is_watched_) return;
    // Those of tasks that were left to themselves are not idle.
    std::vector<std::unique_ptr<Runner>> kept;
    for (auto& each : runners_) (each->idle ? *freed : kept).push_back(std::move(each));
    runners_.swap(kept);
    std::vector<Runner*>{}.swap(idle_);
    queue_.shrink();
  });
  if (left > Duration{0}) hibernate_after(left);
  if (!freed->empty()) runtime().release_later(std::move(freed));  // threads may still leave them
}

void TaskerCore::watch_expiry(Round& round) {
  if (!queue_.has_max_wait()) return;
  const Ticks next = queue_.expire(runtime().now(), round.aside);
  if (next == never || std::exchange(expiry_is_watched_, true)) return;
  round.expire_at = next;
}

void TaskerCore::expire() {
  Round round;
  cell_.enter([&] {
    expiry_is_watched_ = false;
    conclude(round);
  });
  deal_with(round);
}

}  // namespace poolder::detail
