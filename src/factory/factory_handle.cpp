#include <poolder/core/error.hpp>
#include <poolder/factory/detail/factory_handle.hpp>

#include "factory/factory_core.hpp"
#include "worker/unsent.hpp"

namespace poolder::detail {

FactoryHandle FactoryHandle::start(const std::shared_ptr<RuntimeCore>& runtime,
                                   std::string_view type_name, const FactoryPoolOptions& options) {
  return FactoryHandle{FactoryCore::start(runtime, type_name, options)};
}

FactoryHandle FactoryHandle::attach(std::shared_ptr<EngineCore> core) noexcept {
  return FactoryHandle{std::static_pointer_cast<FactoryCore>(std::move(core))};
}

std::shared_ptr<EngineCore> FactoryHandle::core() const noexcept { return core_; }

ChildRef FactoryHandle::start_child(std::string_view group, const ChildType& type,
                                    std::unique_ptr<WorkerFactory> arguments) const {
  return core_->start_child(group, type, std::move(arguments));
}

void FactoryHandle::cast(Guard group, const ChildRef& to, Message* message) const {
  Unsent unsent{message};
  core_->reach(to, group).cast(unsent.give());
}

void FactoryHandle::call(Guard group, const ChildRef& to, Message* message, ReplyBase& reply,
                         const CallOptions& options) const {
  Unsent unsent{message};
  if (options.route)
    fail(ErrorCode::invalid_argument,
         "CallOptions.route is for pools: a call by reference goes to the worker it names");
  const std::shared_ptr<FactoryChild> kept = to.child();  // the caller may lose it while it waits
  Slot& slot = core_->reach(to, group);
  const Duration timeout = options.timeout.value_or(core_->call_timeout());
  slot.call(unsent.give(), reply, after(core_->runtime().now(), timeout));
}

std::size_t FactoryHandle::broadcast(std::string_view group, const void* identity,
                                     const void* job) const {
  return core_->broadcast(group, identity, job);
}

std::string_view FactoryHandle::name() const noexcept { return core_->name(); }
std::uint64_t FactoryHandle::dropped() const { return core_->dropped(); }
std::size_t FactoryHandle::count(std::string_view group) const { return core_->count(group); }
std::size_t FactoryHandle::count_all() const { return core_->count_all(); }
std::vector<Pid> FactoryHandle::list(std::string_view group) const { return core_->list(group); }
std::vector<std::pair<Pid, std::string>> FactoryHandle::list_all() const {
  return core_->list_all();
}
std::vector<std::string> FactoryHandle::groups() const { return core_->groups(); }
bool FactoryHandle::terminate(Pid worker) const { return core_->terminate(worker); }
std::size_t FactoryHandle::terminate_group(std::string_view group) const {
  return core_->terminate_group(group);
}
void FactoryHandle::stop() const { core_->stop(); }
void FactoryHandle::stop_quietly() const noexcept {
  try {
    core_->stop();
  } catch (...) {
    core_->stop_threw();
  }
}

}  // namespace poolder::detail
