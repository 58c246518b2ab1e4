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

// ---------------------------------------------------------------- children that begin

/// A child that is being constructed: it has a number, and the factory's end waits for it.
class FactoryCore::Start {
 public:
  /// Throws Error{stopped}, and Error{invalid_argument} where all numbers are taken.
  explicit Start(FactoryCore& factory)
      : factory_(factory), kept_(factory.shared_from_this()), outer_(innermost) {
    factory_.cell_.enter([&] {
      if (!factory_.is_running() || !factory_.take_number(number_)) return;
      ++factory_.starting_;
      generation_ = factory_.handler_begins();
      begun_ = true;
    });
    if (!begun_) factory_.check_open();
    if (!begun_) fail(ErrorCode::invalid_argument, "a factory has at most 2^24 children");
    innermost = this;
  }
  ~Start() {
    if (!begun_) return;
    innermost = outer_;
    Told told;
    factory_.cell_.enter([&] {
      --factory_.starting_;
      if (!joined_) factory_.free_.push_back(number_);
      factory_.handler_ends(generation_, this, told);
    });
    factory_.tell(told);
  }
  Start(const Start&) = delete;
  Start& operator=(const Start&) = delete;

  std::size_t number() const noexcept { return number_; }

  /// False: the factory has begun to stop.
  bool join(std::string_view group, const std::shared_ptr<FactoryChild>& child) {
    factory_.cell_.enter([&] {
      joined_ = factory_.is_running() && child->kind().generation() == factory_.generation();
      if (!joined_) return;
      factory_.children_[number_] = child;
      ++factory_.open_;
      factory_.handler_begins();
      factory_.join(group, *child);
    });
    return joined_;
  }

  /// Those of this thread, from the innermost outwards.
  template <class F>
  static void for_each_here(F&& f) {
    for (const Start* each = innermost; each; each = each->outer_) f(*each);
  }
  bool is_of(const FactoryCore& factory) const noexcept { return &factory_ == &factory; }

 private:
  static thread_local const Start* innermost;

  FactoryCore& factory_;
  const std::shared_ptr<Engine> kept_;
  const Start* const outer_;
  std::size_t number_ = 0;
  Generation generation_ = 0;
  bool begun_ = false;
  bool joined_ = false;
};

thread_local const FactoryCore::Start* FactoryCore::Start::innermost = nullptr;

ChildRef FactoryCore::start_child(std::string_view group, const ChildType& type,
                                  std::unique_ptr<WorkerFactory> arguments) {
  check_thread();
  Start start{*this};
  const auto kind = kind_of(type);
  WorkerBox* box = kind->create_worker(*arguments, SlotOwner::new_pid(start.number()));
  std::shared_ptr<FactoryChild> child;
  try {
    child = std::make_shared<FactoryChild>(shared_from_this(), kind, start.number(), box,
                                           std::move(arguments));
  } catch (...) {
    kind->destroy_worker(box, {ExitReason::Kind::shutdown, "there was no memory for its slot"});
    throw;
  }
  const Pid pid = child->pid();
  if (!start.join(group, child)) {
    child.reset();
    kind->worker_died(pid, {ExitReason::Kind::shutdown, "the factory has stopped"});
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

bool FactoryCore::take_number(std::size_t& number) {
  if (!free_.empty()) {
    number = free_.back();
    free_.pop_back();
    return true;
  }
  number = children_.size();
  if (number < most_children) children_.emplace_back();
  return number < most_children;
}

void FactoryCore::join(std::string_view group, FactoryChild& child) {
  auto known = groups_.find(group);
  if (known == groups_.end())
    known = groups_.emplace(std::string(group), std::make_shared<ChildGroup>(group)).first;
  child.group = known->second;
  child.group->members.push_back(child.link);
  ++members_;
}

std::vector<const void*> FactoryCore::handlers_here() const {
  std::vector<const void*> here;
  for (const Owning* each = Owning::innermost(); each; each = each->outer())
    if (each->slot().owner().engine() == this) here.push_back(&each->slot());
  Start::for_each_here([&](const Start& each) {
    if (each.is_of(*this)) here.push_back(&each);
  });
  return here;
}

// ---------------------------------------------------------------- children that are looked for

FactoryChild* FactoryCore::at(Pid pid) const noexcept {
  const auto number = static_cast<std::size_t>(pid.index());
  return pid != Pid{} && number < children_.size() ? children_[number].get() : nullptr;
}

// A worker that was dismissed, but has not ended yet, is still ours.
bool FactoryCore::owns(Pid pid) const noexcept {
  return cell_.enter([&] {
    const FactoryChild* child = at(pid);
    return child && (child->pid() == pid || child->holds(pid));
  });
}

EngineStats FactoryCore::engine_stats() const {
  EngineStats stats = EngineCore::engine_stats();
  stats.dropped = dropped();
  cell_.enter([&] { stats.size = members_; });
  return stats;
}

Slot& FactoryCore::reach(const ChildRef& to, FactoryHandle::Guard group) const {
  check_thread();
  check_open();
  FactoryChild* child = to.child().get();
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
  const ExitReason reason{ExitReason::Kind::failed, std::move(why)};
  if (!stop_for(reason)) return;
  const bool heard =
      tell_event([&] { return Event{.kind = Event::Kind::restart_limit, .reason = reason}; });
  if (!heard)
    log_once(1, "it gave up: " + reason.what + ", more than " +
                    std::to_string(options_.restart.max_restarts) + " in " +
                    std::to_string(options_.restart.period.count() / 1'000'000) + " ms");
}

}  // namespace poolder::detail
