#include "runtime/engine.hpp"

#include <algorithm>
#include <utility>

#include <poolder/core/error.hpp>

#include "runtime/handler_note.hpp"
#include "runtime/log.hpp"
#include "runtime/registry.hpp"
#include "runtime/relax.hpp"
#include "runtime/telling.hpp"

namespace poolder::detail {

Engine::Engine(std::shared_ptr<RuntimeCore> runtime, Identity identity, Duration shutdown)
    : runtime_(std::move(runtime)),
      kind_(identity.kind),
      type_(identity.type),
      name_(identity.name),
      shutdown_(shutdown),
      simulated_(runtime_->choices() != nullptr) {}

void Engine::open() { runtime_->registry().add(shared_from_this()); }

void Engine::check_open() const {
  if (is_closed())
    fail(ErrorCode::stopped, "the " + std::string(kind_) + " \"" + name_ + "\" has stopped");
}

std::vector<const void*> Engine::handlers_here() const {
  std::vector<const void*> handlers;
  for (const Activation* each = Activation::current(); each; each = each->outer())
    if (each->cell() == this) handlers.push_back(each);
  return handlers;
}

bool Engine::runs_here() const noexcept { return Telling::of(*this) || !handlers_here().empty(); }

void Engine::handler_ends(Generation generation, const void* handler, Told& told) {
  std::erase(inside_, handler);
  if (generation != generation_) return;
  --running_;
  settle(told);
}

void Engine::settle(Told& told) {
  const auto go_on = [&](std::vector<WaitPoint*>& list) {
    told.points.insert(told.points.end(), list.begin(), list.end());
    list.clear();
  };
  const bool all_inside = running_ <= inside_.size();
  if (!drain_waiters_.empty() && is_idle()) go_on(drain_waiters_);
  if (all_inside || hurried_) go_on(nested_waiters_);
  if (phase_ != Phase::stopping) return;
  if (all_inside) go_on(inside_waiters_);
  if (grace_is_over_ ? ending() > 0 : running_ > 0 || !may_end()) return;
  phase_ = Phase::finishing;
  told.finish = true;
}

void Engine::tell(Told& told) {
  for (WaitPoint* each : told.points) each->signal();
  told.points.clear();
  if (std::exchange(told.finish, false)) finish();
}

void Engine::settle_and_tell() {
  Told told;
  cell_.enter([&] { settle(told); });
  tell(told);
}

bool Engine::stop_for(ExitReason reason) { return end_life(std::move(reason)).is_mine; }

Engine::Ending Engine::end_life(ExitReason reason) {
  const auto here = std::this_thread::get_id();
  const Ending ending = cell_.enter([&]() -> Ending {
    if (phase_ != Phase::running) return {generation_, false};
    phase_ = Phase::closing;
    ending_.push_back(here);
    closed_.store(true, std::memory_order_release);
    reason_ = std::move(reason);
    return {generation_, true};
  });
  if (!ending.is_mine) return ending;
  const Generation generation = ending.generation;
  const auto kept = shared_from_this();
  runtime_->allow_spares(1);  // handlers may hold all threads, and the end may need one
  if (shutdown_ != infinity)
    run_after(*runtime_, shutdown_, [engine = weak_from_this(), generation] {
      if (const auto self = engine.lock()) self->end_grace(generation);
    });
  begin_stop();
  Told told;
  const bool hurried = cell_.enter([&] {
    phase_ = Phase::stopping;
    ending_.erase(std::find(ending_.begin(), ending_.end(), here));
    settle(told);
    return hurried_;
  });
  tell(told);
  if (hurried) end_grace(generation);
  return ending;
}

void Engine::end_grace(Generation generation) {
  const auto late = [&] { return generation != generation_ || phase_ != Phase::stopping; };
  const auto here = std::this_thread::get_id();
  Told told;
  const bool too_late_or_early = cell_.enter([&] {
    if (generation == generation_ && phase_ == Phase::closing) {
      hurried_ = true;
      settle(told);
    }
    if (late()) return true;
    ending_.push_back(here);
    return false;
  });
  if (too_late_or_early) return tell(told);
  give_up_rest();
  std::size_t left = 0;
  cell_.enter([&] {
    ending_.erase(std::find(ending_.begin(), ending_.end(), here));
    if (late()) return;
    left = running_ - ending();
    grace_is_over_ = true;
    settle(told);
  });
  if (left > 0)
    log_once(16, "stopped without " + std::to_string(left) +
                     " handlers that did not end within the shutdown time");
  tell(told);
}

void Engine::after_second_grace(std::function<void()> job) {
  constexpr Duration least = std::chrono::seconds{1};
  if (shutdown_ != infinity) run_after(*runtime_, std::max(shutdown_, least), std::move(job));
}

void Engine::finish() {
  runtime_->allow_spares(-1);
  const auto kept = shared_from_this();
  runtime_->registry().remove(*this);
  tell_ended(cell_.enter([&] { return reason_; }));
  std::vector<WaitPoint*> told;
  cell_.enter([&] {
    phase_ = Phase::stopped;
    ++generation_;
    running_ = 0;
    leave_handlers();
    inside_.clear();
    told.swap(stop_waiters_);
    for (auto* list : {&inside_waiters_, &drain_waiters_}) {
      told.insert(told.end(), list->begin(), list->end());
      list->clear();
    }
  });
  for (WaitPoint* each : told) each->signal();
  runtime_->release_later(kept);
}

void Engine::stop() {
  check_thread();
  const auto kept = shared_from_this();
  const Generation life = end_life({ExitReason::Kind::shutdown, "it was stopped"}).generation;
  if (Telling::of(*this)) return;
  auto mine = handlers_here();
  const auto here = std::this_thread::get_id();
  const HandlerNote* const note = HandlerNote::innermost(this);
  WaitPoint over;
  std::vector<WaitPoint*>* list = nullptr;
  Told told;
  cell_.enter([&] {
    if (note && note->generation() != generation_) mine.clear();  // left behind by an earlier end
    // That life may be over already, and the next have begun.
    const bool goes_on = generation_ == life && phase_ != Phase::running;
    list = goes_on ? list_for_stop(mine, here) : nullptr;
    if (list) list->push_back(&over);
    settle(told);
  });
  tell(told);
  if (!list) return;
  try {
    over.wait_until(*runtime_, never);
  } catch (...) {
    withdraw(*list, over);  // a simulation in which nothing could end the wait
    throw;
  }
}

// Where to wait; null: nothing is to be waited for.
std::vector<WaitPoint*>* Engine::list_for_stop(const std::vector<const void*>& mine,
                                               std::thread::id here) {
  if (phase_ == Phase::stopped) return nullptr;
  // A handler does not wait for itself, nor for others that wait like it.
  for (const void* each : mine)
    if (std::find(inside_.begin(), inside_.end(), each) == inside_.end()) inside_.push_back(each);
  const bool nested = std::find(ending_.begin(), ending_.end(), here) != ending_.end();
  if (nested) return phase_ == Phase::closing ? &nested_waiters_ : nullptr;
  return mine.empty() ? &stop_waiters_ : &inside_waiters_;
}

void Engine::stop_now() {
  const auto kept = shared_from_this();
  end_grace(end_life({ExitReason::Kind::shutdown, "it was stopped"}).generation);
}

bool Engine::drain(Duration deadline) {
  check_thread();
  if (runs_here())
    fail(ErrorCode::would_deadlock, "drain inside a handler or listener of the same " +
                                        std::string(kind_) + " waits for that");
  if (cell_.enter([&] { return phase_ == Phase::stopped; })) return true;
  return wait_for_idle(after(runtime_->now(), deadline));
}

bool Engine::wait_for_idle(Ticks until) {
  WaitPoint idle;
  const bool wait = cell_.enter([&] {
    if (is_idle()) return false;
    drain_waiters_.push_back(&idle);
    return true;
  });
  if (!wait) return runtime_->events().settle(until);
  try {
    if (idle.wait_until(*runtime_, until)) return runtime_->events().settle(until);
  } catch (...) {
    withdraw(drain_waiters_, idle);
    throw;
  }
  withdraw(drain_waiters_, idle);
  return false;
}

// Returns once nobody will signal it any more.
void Engine::withdraw(std::vector<WaitPoint*>& list, WaitPoint& point) {
  const bool listed = cell_.enter([&] { return std::erase(list, &point) > 0; });
  while (!listed && !point.signalled()) relax();
}

void Engine::restart() {
  if (!cell_.enter([&] { return phase_ == Phase::stopped; }))
    fail(ErrorCode::invalid_argument, "only an engine that has stopped can be started afresh");
  runtime_->registry().check_free(kind_, name_);
  begin_again();
  try {
    open();
  } catch (...) {
    take_back();
    throw;
  }
  forget_end();
  cell_.enter([&] {
    phase_ = Phase::running;
    grace_is_over_ = hurried_ = false;
    closed_.store(false, std::memory_order_release);
  });
  has_restarted();
  // Had the runtime begun to end in between, it would have found this engine stopped.
  if (runtime_->stopping()) stop_for({ExitReason::Kind::shutdown, "the runtime has ended"});
}

void Engine::report_hook(std::string_view hook, const std::exception_ptr& error) noexcept {
  log_once(8, std::string(hook) + " threw: " + std::string(describe(error)));
}

void Engine::log_once(std::uint32_t kind, const std::string& line) noexcept {
  if ((logged_.fetch_or(kind, std::memory_order_relaxed) & kind) != 0) return;
  log(line + " (said once)");
}

void Engine::log(const std::string& line) noexcept {
  std::string whole{kind_};
  detail::log(whole.append(" \"").append(name_).append("\": ").append(line));
}

}  // namespace poolder::detail
