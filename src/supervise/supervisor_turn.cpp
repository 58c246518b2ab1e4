// A supervisor's turn: what has happened, and what is to be done next.

#include <algorithm>
#include <utility>

#include "supervise/supervisor_core.hpp"

namespace poolder::detail {

namespace {

constexpr Duration last_grace = std::chrono::seconds{1};   // for what ought to end any moment
constexpr Duration start_grace = std::chrono::seconds{5};  // at most, for a start that nobody wants

constexpr std::string_view not_returned = "its last stop() has not returned";

/// What an operation's thread must not have any more once its supervisor hears of the end: who
/// waits for that destroys the child. The last references perhaps, so not in the cell.
void give_up_references(Operation& operation) noexcept {
  if (operation.kind == Operation::Kind::start && !operation.error) return;  // it is handed back
  operation.child.reset();
  operation.recipe.reset();
}

enum : std::uint32_t {
  gave_up = 1,
  child_failed = 2,
  left_behind = 4,
  start_failed = 32,
  threw = 64
};

}  // namespace

bool SupervisorCore::is_idle() const noexcept {
  return !current_ && !hurrying_ && !plan_.busy() && dying_.empty() && inbox_.empty();
}

EngineStats SupervisorCore::engine_stats() const {
  EngineStats stats = EngineCore::engine_stats();
  cell_.enter([&] {
    stats.size = plan_.count();
    stats.restarts = plan_.restarts();
  });
  return stats;
}

// One thread at a time, and no recursion: an operation that a dead runtime drops ends at once.
void SupervisorCore::pump() {
  const bool other = cell_.enter([&] {
    if (pumping_) pump_again_ = true;
    return std::exchange(pumping_, true);
  });
  if (other) return;
  for (bool more = true; more;) {
    Todo todo;
    cell_.enter([&] {
      pump_again_ = false;
      next(todo);
      todo.answered = std::exchange(answered_, {});
      todo.lines = std::exchange(lines_, {});
    });
    carry_out(todo);
    more = cell_.enter([&] {
      if (!pump_again_) pumping_ = false;
      return pump_again_;
    });
  }
}

void SupervisorCore::carry_out(Todo& todo) {
  for (const Line& each : todo.lines) log_once(each.kind, each.text);
  for (const auto& each : todo.answered) {
    each->recipe = nullptr;  // who asked for it has it still
    each->over.signal();
  }
  if (todo.operation) {
    auto job = std::make_shared<Operation>(std::move(*todo.operation));
    run_detached(
        runtime(), [job = std::move(job)] { job->supervisor->run(*job); }, Priority::high);
  }
  if (todo.deadline) arm(*todo.deadline);
  if (todo.give_up) give_up_for(std::move(*todo.give_up));
  if (todo.settle) settle_and_tell();
  // Objects of the user's, as a job: their destructors may take long.
  if (!todo.remains.empty())
    run_detached(runtime(), [remains = std::make_shared<Remains>(std::move(todo.remains))] {});
}

// Told as a job: whoever listens may wait for the supervisor, which stands still here.
void SupervisorCore::give_up_for(ExitReason reason) {
  if (!runtime().events().anyone())
    log_once(gave_up, "it gave up: " + reason.what);
  else
    run_detached(runtime(), [kept = self(), reason] {
      (void)kept->tell_event(
          [&] { return Event{.kind = Event::Kind::restart_limit, .reason = reason}; });
    });
  stop_for(std::move(reason));
}

void SupervisorCore::arm(const Deadline& deadline) {
  if (deadline.span == infinity) return;
  run_after(runtime(), deadline.span, [core = std::weak_ptr(self()), number = deadline.number] {
    if (const auto supervisor = core.lock()) supervisor->deadline(number);
  });
}

// ---- in the cell

void SupervisorCore::next(Todo& todo) {
  if (current_ && current_->awaits_stuck && places_.at(current_->id).stuck == 0) {
    current_->awaits_stuck = false;
    todo.operation = operation_of(*current_);
  }
  while (!current_ && !held_ && !hurrying_) {
    if (begin_destruction(todo)) return;
    if (is_stopping() && !std::exchange(stopping_children_, true)) {
      refuse_all();
      plan_.stop_all();
    }
    const auto step = plan_.next();
    bury_forgotten();
    if (step) return begin(*step, todo);
    if (!dying_.empty()) continue;
    if (serving_) answered_.push_back(std::exchange(serving_, nullptr));
    if (inbox_.empty() || giving_up_) break;  // giving up: its stop() is on its way
    take_news(todo);
  }
  todo.settle = is_idle();
  if (orphaned_ && all_done()) todo.remains = take_all_places();
}

Operation SupervisorCore::operation_of(const Current& current) {
  Operation operation;
  operation.supervisor = self();
  operation.number = current.number;
  operation.kind = current.kind;
  operation.id = current.id;
  operation.child = current.child;
  operation.recipe = places_.at(current.id).recipe;
  return operation;
}

void SupervisorCore::begin(const Plan::Step& step, Todo& todo) {
  const bool stops = step.kind == Plan::Step::Kind::stop;
  const Place& place = places_.at(step.child);
  const Duration limit = time_for(place, false);
  current_ = {.number = ++last_operation_,
              .kind = stops ? Operation::Kind::stop : Operation::Kind::start,
              .id = step.child,
              .child = place.child,
              .limit = limit};
  if (stops) refuse_requests_of(step.child);
  current_->awaits_stuck = place.stuck != 0;
  if (!current_->awaits_stuck) todo.operation = operation_of(*current_);
  if (current_->awaits_stuck)
    todo.deadline = {current_->number, time_for(place, true)};
  else if (stops)
    todo.deadline = {current_->number, limit};
}

Duration SupervisorCore::time_for(const Place& place, bool awaits_stuck) const noexcept {
  if (in_haste_) return Duration{0};
  const Duration limit = place.recipe->options.shutdown;
  return awaits_stuck ? std::max(limit, last_grace) : limit;
}

bool SupervisorCore::begin_destruction(Todo& todo) {
  if (dying_.empty()) return false;
  current_ = {.number = ++last_operation_,
              .kind = Operation::Kind::destroy,
              .id = 0,
              .child = nullptr,
              .limit = start_grace};
  todo.operation.emplace();
  todo.operation->supervisor = self();
  todo.operation->number = current_->number;
  todo.operation->kind = current_->kind;
  todo.operation->child = std::move(dying_.back().child);
  todo.operation->recipe = std::move(dying_.back().recipe);
  dying_.pop_back();
  todo.deadline = {current_->number, current_->limit};
  return true;
}

void SupervisorCore::bury_forgotten() {
  for (const Id id : plan_.take_forgotten()) {
    Place& place = places_.at(id);
    if (!place.added && place.child) {
      place.gone = true;
      continue;
    }
    (place.handed_out ? kept_ : dying_).push_back(std::move(place));
    places_.erase(id);
  }
}

void SupervisorCore::take_news(Todo& todo) {
  News news = std::move(inbox_.front());
  inbox_.pop_front();
  if (auto* request = std::get_if<std::shared_ptr<Request>>(&news)) return serve(*request);
  if (runtime().stopping()) return;  // it stops the children, and this one too
  if (const auto* end = std::get_if<Ended>(&news)) return take_end(*end, todo);
  const Id id = std::get<Retry>(news).id;
  if (plan_.retry(id, runtime().now()) == Plan::Verdict::give_up)
    give_up(id, "it could not be started", todo);
}

void SupervisorCore::take_end(const Ended& end, Todo& todo) {
  const bool abnormally =
      end.reason.kind == ExitReason::Kind::failed || end.reason.kind == ExitReason::Kind::killed;
  const bool news = plan_.is_up(end.id) && plan_.life(end.id) == end.life;
  if (abnormally && news) note(child_failed, label(end.id) + " failed: " + end.reason.what);
  if (plan_.ended(end.id, end.life, abnormally, runtime().now()) == Plan::Verdict::give_up)
    give_up(end.id, end.reason.what, todo);
}

void SupervisorCore::give_up(Id child, std::string_view why, Todo& todo) {
  giving_up_ = true;
  const std::string words = "more than " + std::to_string(allowed_.max_restarts) + " restarts in " +
                            std::to_string(allowed_.period.count() / 1'000'000) +
                            " ms, the last of " + label(child) + ": " + std::string(why);
  todo.give_up = ExitReason{ExitReason::Kind::failed, words};
}

std::string SupervisorCore::label(Id child) const {
  const auto at = places_.find(child);
  if (at == places_.end()) return "a child";
  const Place& place = at->second;
  return place.name.empty() ? "a " + std::string(place.recipe->type_name)
                            : "\"" + place.name + "\"";
}

// The error, which may be the user's, is left where it is but where a request is answered with it:
// to whom it belongs alone then.
void SupervisorCore::finish_current(std::exception_ptr&& error, std::string_view what) {
  const Current over = *std::exchange(current_, std::nullopt);
  if (over.kind == Operation::Kind::destroy) return;
  const bool stops = over.kind == Operation::Kind::stop;
  if (error)
    note(stops ? threw : start_failed, label(over.id) +
                                           (stops ? ": stop threw: " : " could not be started: ") +
                                           std::string(what));
  const auto outcome = plan_.done(stops || !error);
  if (outcome == Plan::Outcome::try_again) inbox_.emplace_back(Retry{over.id});
  if (outcome == Plan::Outcome::failed && serving_) serving_->error = std::move(error);
}

void SupervisorCore::leave_behind() {
  const bool stops = current_->kind != Operation::Kind::start;
  if (const auto at = places_.find(current_->id); at != places_.end())
    at->second.stuck = current_->number;
  note(left_behind, label(current_->id) + (stops ? ": stop" : ": start") +
                        " takes longer than its shutdown time, and was left behind");
  if (stops) return finish_current();
  finish_current(failure(ErrorCode::stopped, "the supervisor has stopped"),
                 "the supervisor has stopped");
}

// ---- not in the cell

void SupervisorCore::run(Operation& operation) noexcept {
  {
    const InHandler here{*this, nullptr};
    try {
      perform(operation);
    } catch (...) {
      operation.error = std::current_exception();
      operation.what = describe(operation.error);
    }
    give_up_references(operation);
  }
  over(operation);
}

void SupervisorCore::over(Operation& operation) noexcept {
  const auto kept = std::exchange(operation.supervisor, nullptr);
  give_up_references(operation);
  Stray stray_one;
  cell_.enter([&] {
    if (!current_ || current_->number != operation.number) {
      stray_one = stray(operation);
      return;
    }
    if (operation.child) places_.at(operation.id).child = std::move(operation.child);
    operation.recipe.reset();  // the place has it
    finish_current(std::move(operation.error), operation.what);
  });
  if (stray_one.unstuck) stray_one.unstuck->signal();
  if (stray_one.undo) {
    Todo todo;
    todo.operation = std::move(stray_one.undo);
    carry_out(todo);
  }
  pump();
}

// In the cell. One that was left behind has ended. A start that succeeded is undone.
SupervisorCore::Stray SupervisorCore::stray(Operation& operation) {
  const auto at = places_.find(operation.id);
  Place* place =
      at != places_.end() && at->second.stuck == operation.number ? &at->second : nullptr;
  if (operation.kind != Operation::Kind::start || operation.error) {
    if (!place) return {};
    place->stuck = 0;
    return {.unstuck = std::exchange(place->unstuck, nullptr)};
  }
  Operation undo;
  undo.supervisor = self();
  undo.number = ++last_operation_;
  undo.kind = Operation::Kind::stop;
  undo.id = operation.id;
  undo.recipe = std::move(operation.recipe);
  undo.child = std::move(operation.child);
  if (place) place->stuck = undo.number;
  return {.undo = std::move(undo)};
}

// stop_now() runs outside of the cell, and the stop() that it is meant for may return meanwhile:
// what comes next waits until it has returned too, and this thread has let go of the child.
void SupervisorCore::deadline(std::uint64_t number) {
  std::shared_ptr<Child> hurried;
  const auto is_current = [&] { return current_ && current_->number == number; };
  cell_.enter([&] {
    if (!is_current()) return;
    if (current_->awaits_stuck)
      return finish_current(failure(ErrorCode::timeout, not_returned), not_returned);
    if (current_->kind == Operation::Kind::start) {
      if (is_stopping()) leave_behind();  // else it may take as long as it likes
      return;
    }
    if (!current_->child || std::exchange(current_->hurried, true)) return leave_behind();
    hurried = current_->child;
    hurrying_ = true;
  });
  if (hurried) {
    const bool hurries = hurried->stop_now();
    hurried.reset();
    const bool waits = cell_.enter([&] {
      hurrying_ = false;
      if (is_current() && !hurries) leave_behind();
      return is_current();
    });
    if (waits) arm({number, last_grace});
  }
  pump();
}

void SupervisorCore::begin_stop() {
  std::optional<Deadline> patience;
  cell_.enter([&] {
    if (!current_) return;
    if (current_->awaits_stuck)
      finish_current(failure(ErrorCode::stopped, "the supervisor has stopped"),
                     "the supervisor has stopped");
    else if (current_->kind == Operation::Kind::start)
      patience = {current_->number, std::min(current_->limit, start_grace)};
  });
  if (patience) arm(*patience);
  pump();
}

Operation::~Operation() {
  if (!supervisor) return;
  if (kind == Kind::start) {
    what = "the runtime has ended";
    error = failure(ErrorCode::stopped, what);
  }
  supervisor->over(*this);
}

}  // namespace poolder::detail
