// What others ask of a supervisor.

#include <algorithm>
#include <utility>

#include "supervise/supervisor_core.hpp"

namespace poolder::detail {

namespace {

constexpr std::string_view has_stopped = "the supervisor has stopped";

}  // namespace

void* SupervisorCore::find(const std::type_info& type, std::string_view type_name,
                           const std::string_view* name) {
  check_thread();
  void* found = nullptr;
  std::size_t matches = 0;
  cell_.enter([&] {
    Place* match = nullptr;
    for (auto& [id, place] : places_) {
      if (place.gone || !place.child || place.recipe->type != type) continue;
      if (name && (name->empty() || place.name != *name)) continue;
      match = &place;
      ++matches;
    }
    if (matches != 1) return;
    match->handed_out = true;
    found = match->child->object();
  });
  const std::string words =
      "this supervisor has " + std::string(matches ? "more than one " : "no ") +
      std::string(type_name) + (name ? " named \"" + std::string(*name) + "\"" : "");
  if (matches == 0) fail(ErrorCode::not_found, words);
  if (matches > 1) fail(ErrorCode::invalid_argument, words + ": ask for one by its name");
  return found;
}

std::size_t SupervisorCore::count() const {
  check_thread();
  return cell_.enter([&] { return plan_.count(); });
}

void SupervisorCore::start_child(std::shared_ptr<const Recipe> recipe) {
  check_thread();
  if (Engine::runs_here())
    fail(ErrorCode::would_deadlock,
         "start_child inside start() or stop() of a child waits for that function");
  const auto request = std::make_shared<Request>();
  request->recipe = std::move(recipe);
  request->origin = child_that_runs_here();
  submit(request);
}

void SupervisorCore::terminate_child(std::string_view name) {
  check_thread();
  const auto request = std::make_shared<Request>();
  request->name = std::string(name);
  request->origin = child_that_runs_here();
  const bool itself = cell_.enter([&] {
    const auto at = places_.find(request->origin);
    return at != places_.end() && !name.empty() && at->second.name == name;
  });
  request->waits = !itself && !Engine::runs_here();
  submit(request);
}

void SupervisorCore::submit(const std::shared_ptr<Request>& request) {
  const bool taken = cell_.enter([&] {
    if (!is_running() || giving_up_) return false;
    inbox_.emplace_back(request);
    if (current_ && current_->kind == Operation::Kind::stop) refuse_requests_of(current_->id);
    return true;
  });
  if (!taken && request->waits) fail(ErrorCode::stopped, has_stopped);
  if (!taken) return;
  pump();
  if (!request->waits) return;
  try {
    request->over.wait_until(runtime(), never);
  } catch (...) {
    cell_.enter([&] {
      std::erase_if(inbox_, [&](const News& each) {
        const auto* other = std::get_if<std::shared_ptr<Request>>(&each);
        return other && *other == request;
      });
    });
    throw;
  }
  // The caller's alone from here on.
  if (request->error) std::rethrow_exception(std::exchange(request->error, nullptr));
}

// Whoever destroys the children waits until the copies are gone.
SupervisorCore::Id SupervisorCore::child_that_runs_here() const {
  std::vector<std::pair<Id, std::shared_ptr<Child>>> children;
  cell_.enter([&] {
    for (const auto& [id, place] : places_)
      if (place.child) children.emplace_back(id, place.child);
    if (!children.empty()) ++visitors_;
  });
  if (children.empty()) return 0;
  const auto here = std::find_if(children.begin(), children.end(),
                                 [](const auto& each) { return each.second->runs_here(); });
  const Id found = here == children.end() ? 0 : here->first;
  children.clear();
  WaitPoint* told = cell_.enter(
      [&] { return --visitors_ == 0 ? std::exchange(visitors_gone_, nullptr) : nullptr; });
  if (told) told->signal();
  return found;
}

bool SupervisorCore::runs_here() const noexcept {
  return Engine::runs_here() || child_that_runs_here() != 0;
}

void SupervisorCore::stop() {
  check_thread();
  // A child's stop waits for its handlers, so one of them cannot wait for the end of all.
  if (child_that_runs_here() != 0)
    return (void)stop_for({ExitReason::Kind::shutdown, "it was stopped by a child"});
  Engine::stop();
}

void SupervisorCore::stop_now() {
  const auto kept = shared_from_this();
  stop_for({ExitReason::Kind::shutdown, "it was stopped"});
  const std::uint64_t number = cell_.enter([&] {
    in_haste_ = !is_running();
    return current_ ? current_->number : 0;
  });
  deadline(number);
}

// A handle that is destroyed inside one of the children leaves them to the supervisor's last turn.
void SupervisorCore::release_children() {
  WaitPoint visitors_gone;
  bool waits = false;
  const Remains remains{cell_.enter([&] {
    orphaned_ = !all_done();
    if (orphaned_) return std::vector<Place>{};
    waits = visitors_ > 0;
    if (waits) visitors_gone_ = &visitors_gone;
    return take_all_places();
  })};
  if (waits) visitors_gone.wait_until(runtime(), never);
}

// ---- in the cell

std::vector<SupervisorCore::Place> SupervisorCore::take_all_places() {
  auto places = std::exchange(kept_, {});
  for (auto& [id, place] : places_) places.push_back(std::move(place));
  places_.clear();
  return places;
}

void SupervisorCore::serve(std::shared_ptr<Request> request) {
  if (request->recipe) {
    request->id = ++last_id_;
    places_[request->id] = {.recipe = request->recipe, .added = true};
    plan_.add(request->id, request->recipe->options.restart);
  } else if (const auto id = to_terminate(*request)) {
    request->id = *id;
    plan_.terminate(*id);
  }
  serving_ = std::move(request);
}

std::optional<SupervisorCore::Id> SupervisorCore::to_terminate(Request& request) const {
  std::optional<Id> found;
  for (const auto& [id, place] : places_) {
    if (request.name.empty() || place.name != request.name || !plan_.has(id)) continue;
    if (found) {
      request.error = failure(ErrorCode::invalid_argument,
                              "more than one child of this supervisor is named \"" + request.name +
                                  "\": name them in their ChildOptions");
      return std::nullopt;
    }
    found = id;
  }
  if (!found)
    request.error = failure(ErrorCode::not_found,
                            "this supervisor has no child named \"" + request.name + "\"");
  return found;
}

void SupervisorCore::refuse(std::shared_ptr<Request> request, ErrorCode code,
                            std::string_view why) {
  if (!request->error) request->error = failure(code, why);  // else its start has failed
  answered_.push_back(std::move(request));
}

// Those that a child's handlers wait for, as that child is stopped, which waits for its handlers.
void SupervisorCore::refuse_requests_of(Id child) {
  std::erase_if(inbox_, [&](News& each) {
    auto* request = std::get_if<std::shared_ptr<Request>>(&each);
    if (!request || (*request)->origin != child || !(*request)->waits) return false;
    refuse(std::move(*request), ErrorCode::would_deadlock,
           "the child whose handler asks is being stopped, and waits for that handler");
    return true;
  });
}

void SupervisorCore::refuse_all() {
  if (serving_) refuse(std::exchange(serving_, nullptr), ErrorCode::stopped, has_stopped);
  for (News& each : std::exchange(inbox_, {}))
    if (auto* request = std::get_if<std::shared_ptr<Request>>(&each))
      refuse(std::move(*request), ErrorCode::stopped, has_stopped);
}

}  // namespace poolder::detail
