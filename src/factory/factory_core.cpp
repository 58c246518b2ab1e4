#include "factory/factory_core.hpp"

#include <string>
#include <utility>

#include <poolder/core/error.hpp>
#include <poolder/worker/retry.hpp>

#include "runtime/registry.hpp"

namespace poolder::detail {

namespace {

constexpr std::size_t most_children = std::size_t{1} << Pid::index_bits;

}  // namespace

bool ChildRef::alive() const noexcept { return child_ && pid_ != Pid{} && child_->pid() == pid_; }

FactoryCore::FactoryCore(std::shared_ptr<RuntimeCore> runtime, std::string_view type_name,
                         const FactoryPoolOptions& options)
    : Engine(std::move(runtime), {"FactoryPool", type_name, options.name}, options.shutdown),
      options_(options),
      window_(options.restart),
      random_(this->runtime().choices() ? this->runtime().choices()->next()
                                        : SlotOwner::new_pid(0).value()) {}

FactoryCore::~FactoryCore() = default;

std::shared_ptr<FactoryCore> FactoryCore::start(const std::shared_ptr<RuntimeCore>& runtime,
                                                std::string_view type_name,
                                                const FactoryPoolOptions& options) {
  check(options);
  runtime->check_thread();
  auto core = std::make_shared<FactoryCore>(runtime, type_name, options);
  core->open();
  return core;
}

// Children are not started again: who started them is told by their ends, and by the supervisor.
void FactoryCore::begin_again() {
  std::unordered_map<const ChildType*, std::shared_ptr<ChildKind>> gone;
  cell_.enter([&] {
    for (const auto& [type, kind] : kinds_) dropped_before_ += kind->dropped_so_far();
    gone.swap(kinds_);
    window_ = RestartWindow{options_.restart};
  });
}

std::vector<const void*> FactoryCore::handlers_here() const {
  std::vector<const void*> slots;
  for (const Owning* each = Owning::innermost(); each; each = each->outer())
    if (each->slot().owner().engine() == this) slots.push_back(&each->slot());
  return slots;
}

// ---------------------------------------------------------------- children that begin

ChildRef FactoryCore::start_child(std::string_view group, const ChildType& type,
                                  std::unique_ptr<WorkerFactory> arguments) {
  check_thread();
  check_open();
  const auto kind = kind_of(type);
  const std::size_t number = take_number();
  WorkerBox* box = nullptr;
  std::shared_ptr<Child> child;
  try {
    box = WorkerBox::create(*kind, *arguments, SlotOwner::new_pid(number));
    child = std::make_shared<Child>(shared_from_this(), kind, number, box, std::move(arguments));
  } catch (...) {
    if (box) box->destroy();
    give_number_back(number);
    throw;
  }
  const Pid pid = child->pid();
  const bool joined = cell_.enter([&] {
    if (!is_running() || kind->generation() != generation()) return false;
    children_[number] = child;
    ++open_;
    handler_begins();
    join(group, *child);
    return true;
  });
  if (!joined) {
    give_number_back(number);
    fail(ErrorCode::stopped, "the factory has stopped");
  }
  if (type.worker.options.hibernate_after != infinity) child->wake();  // its idle time begins
  return {std::move(child), pid};
}

std::shared_ptr<ChildKind> FactoryCore::kind_of(const ChildType& type) {
  std::shared_ptr<ChildKind> kind;
  Generation now = 0;
  cell_.enter([&] {
    now = generation();
    if (const auto known = kinds_.find(&type); known != kinds_.end()) kind = known->second;
  });
  if (kind) return kind;
  kind = std::make_shared<ChildKind>(*this, type, now);
  cell_.enter([&] {
    if (now == generation()) kind = kinds_.try_emplace(&type, kind).first->second;
  });
  return kind;
}

std::size_t FactoryCore::take_number() {
  const std::size_t number = cell_.enter([&] {
    if (free_.empty() && children_.size() == most_children) return most_children;
    if (free_.empty()) return children_.emplace_back(), children_.size() - 1;
    const std::size_t last = free_.back();
    free_.pop_back();
    return last;
  });
  if (number == most_children)
    fail(ErrorCode::invalid_argument, "a factory has at most 2^24 children");
  return number;
}

void FactoryCore::give_number_back(std::size_t number) {
  cell_.enter([&] { free_.push_back(number); });
}

void FactoryCore::join(std::string_view group, Child& child) {
  auto known = groups_.find(group);
  if (known == groups_.end())
    known = groups_.emplace(std::string(group), std::make_shared<ChildGroup>(group)).first;
  child.group = known->second;
  child.group->members.push_back(child.link);
  ++members_;
}

// ---------------------------------------------------------------- children that are looked for

Child* FactoryCore::at(Pid pid) const noexcept {
  const auto number = static_cast<std::size_t>(pid.index());
  return pid != Pid{} && number < children_.size() ? children_[number].get() : nullptr;
}

// A worker that was dismissed, but has not ended yet, is still ours.
bool FactoryCore::owns(Pid pid) const noexcept {
  return cell_.enter([&] {
    const Child* child = at(pid);
    return child && (child->pid() == pid || child->holds(pid));
  });
}

Slot& FactoryCore::reach(const ChildRef& to, FactoryHandle::Guard group) const {
  check_thread();
  check_open();
  Child* child = to.child().get();
  if (child && &child->factory() != this)
    fail(ErrorCode::not_found, "the worker was started by another factory");
  const auto in_group = [&] {
    return to.alive() && child->group && !child->group->dissolved && child->group->name == *group;
  };
  if (group && !cell_.enter(in_group))
    fail(ErrorCode::not_found, "the worker is not in the group \"" + std::string(*group) + "\"");
  if (!to.alive()) fail(ErrorCode::worker_down, "the worker has ended");
  return *child;
}

// ---------------------------------------------------------------- what children ask for

Duration FactoryCore::retry_delay(const RetryPolicy& policy, int attempt) {
  return cell_.enter([&] { return detail::retry_delay(policy, attempt, random_); });
}

bool FactoryCore::admit_restart() {
  const Ticks now = runtime().now();
  return cell_.enter([&] { return window_.admit(now); });
}

void FactoryCore::fail_for_good(std::string why) {
  log_once(1, "it gave up: " + why + ", more than " +
                  std::to_string(options_.restart.max_restarts) + " in " +
                  std::to_string(options_.restart.period.count() / 1'000'000) + " ms");
  stop_for({ExitReason::Kind::failed, std::move(why)});
}

}  // namespace poolder::detail
