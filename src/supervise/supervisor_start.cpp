// How a supervisor and its children come to be, and come to be again.

#include <utility>

#include <poolder/supervise/supervisor.hpp>

#include "runtime/registry.hpp"
#include "runtime/relax.hpp"
#include "supervise/supervisor_core.hpp"

namespace poolder::detail {

SupervisorCore::SupervisorCore(std::shared_ptr<RuntimeCore> runtime,
                               const SupervisorOptions& options)
    : Engine(std::move(runtime), {"Supervisor", detail::type_name<Supervisor>(), options.name},
             infinity),
      strategy_(options.strategy),
      allowed_{options.max_restarts, options.period},
      runtime_view_(Attach{}, shared_runtime()),
      plan_(strategy_, allowed_) {}

SupervisorCore::~SupervisorCore() {
  while (!places_.empty()) places_.erase(std::prev(places_.end()));
}

std::shared_ptr<SupervisorCore> SupervisorCore::self() {
  return std::static_pointer_cast<SupervisorCore>(shared_from_this());
}

std::shared_ptr<SupervisorCore> SupervisorCore::start(const std::shared_ptr<RuntimeCore>& runtime,
                                                      const SupervisorOptions& options,
                                                      const std::vector<ChildSpec>& children) {
  runtime->check_thread();
  check(options);
  runtime->registry().check_free("Supervisor", options.name);
  auto core = std::make_shared<SupervisorCore>(runtime, options);
  for (const ChildSpec& each : children) core->places_[++core->last_id_].recipe = each.recipe();
  try {
    core->begin_again();
    core->open();
  } catch (...) {
    core->undo_start();
    core->release_children();
    throw;
  }
  core->go();
  return core;
}

// As OTP's supervisor after its own restart: all children of its construction, also those that had
// ended for good since; none that were added.
void SupervisorCore::begin_again() {
  plan_afresh();
  start_children();
}

void SupervisorCore::plan_afresh() {
  Remains dropped{{}};
  cell_.enter([&] {
    held_ = true;
    stopping_children_ = giving_up_ = in_haste_ = false;
    inbox_.clear();
    plan_ = Plan{strategy_, allowed_};
    std::vector<std::pair<Id, Restart>> children;
    for (auto at = places_.begin(); at != places_.end();) {
      Place& place = at->second;
      if (!place.added) {
        place.gone = false;
        children.emplace_back(at++->first, place.recipe->options.restart);
        continue;
      }
      (place.handed_out ? kept_ : dropped.left).push_back(std::move(place));
      at = places_.erase(at);
    }
    plan_.add_all(children);
  });
}

// On the calling thread, whom a start's exception concerns.
void SupervisorCore::start_children() {
  for (;;) {
    Operation start;
    bool stuck = false;
    const bool more = cell_.enter([&] {
      const auto step = plan_.next();
      if (!step) return false;
      const Place& place = places_.at(step->child);
      start.id = step->child;
      start.recipe = place.recipe;
      start.child = place.child;
      stuck = place.stuck != 0;
      return true;
    });
    if (!more) return;
    try {
      if (stuck && !outwait_stuck(start.id))
        fail(ErrorCode::timeout, "the last stop() of this child has not returned");
      perform(start);
    } catch (...) {
      cell_.enter([&] { plan_.done(false); });
      undo_start();
      throw;
    }
    cell_.enter([&] {
      places_.at(start.id).child = start.child;
      plan_.done(true);
    });
  }
}

// False: what was left behind at that place has not ended in time.
bool SupervisorCore::outwait_stuck(Id id) {
  WaitPoint unstuck;
  Duration limit{0};
  const bool wait = cell_.enter([&] {
    Place& place = places_.at(id);
    limit = time_for(place, true);
    if (place.stuck != 0) place.unstuck = &unstuck;
    return place.stuck != 0;
  });
  const auto withdraw = [&] {
    const bool listed =
        cell_.enter([&] { return std::exchange(places_.at(id).unstuck, nullptr) != nullptr; });
    while (!listed && !unstuck.signalled()) relax();
    return listed;
  };
  try {
    return !wait || unstuck.wait_until(runtime(), after(runtime().now(), limit)) || !withdraw();
  } catch (...) {
    withdraw();  // a simulation in which nothing could end the wait
    throw;
  }
}

// Stops what has been started, and waits for that.
void SupervisorCore::undo_start() noexcept {
  cell_.enter([&] {
    plan_.stop_all();
    held_ = false;
  });
  pump();
  try {
    wait_for_idle(never);  // it has not started, so drain() would not wait
  } catch (...) {
    // A simulation in which a child's stop could never end.
  }
}

void SupervisorCore::go() {
  cell_.enter([&] { held_ = false; });
  pump();
}

void SupervisorCore::restart() {
  try {
    Engine::restart();
  } catch (...) {
    if (cell_.enter([&] { return held_; })) undo_start();
    throw;
  }
  go();
}

void SupervisorCore::perform(Operation& operation) {
  switch (operation.kind) {
    case Operation::Kind::start:
      return operation.child ? operation.child->start_again() : construct(operation);
    case Operation::Kind::stop:
      return operation.child->stop();
    case Operation::Kind::destroy:
      return operation.child.reset();
  }
}

void SupervisorCore::construct(Operation& operation) {
  const Recipe& recipe = *operation.recipe;
  const std::shared_ptr<Child> child = recipe.construct(runtime_view_);
  claim(operation.id, recipe.name.empty() ? child->name() : recipe.name, recipe);
  child->begin([core = std::weak_ptr(self()), id = operation.id](ExitReason reason) {
    if (const auto supervisor = core.lock()) supervisor->child_ended(id, std::move(reason));
  });
  operation.child = child;
}

void SupervisorCore::claim(Id id, std::string name, const Recipe& recipe) {
  const bool taken = cell_.enter([&] {
    for (const auto& [other, place] : places_)
      if (other != id && !name.empty() && place.name == name && place.recipe->type == recipe.type &&
          plan_.has(other))
        return true;
    if (const auto at = places_.find(id); at != places_.end()) at->second.name = name;
    return false;
  });
  if (taken)
    fail(ErrorCode::already_exists,
         "this supervisor has a " + std::string(recipe.type_name) + " named \"" + name + "\"");
}

void SupervisorCore::child_ended(Id id, ExitReason reason) {
  check_thread();
  cell_.enter([&] {
    if (held_ || is_running()) inbox_.emplace_back(Ended{id, plan_.life(id), std::move(reason)});
  });
  pump();
}

}  // namespace poolder::detail
