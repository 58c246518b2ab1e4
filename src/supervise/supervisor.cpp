#include <poolder/core/error.hpp>
#include <poolder/supervise/supervisor.hpp>

#include "runtime/log.hpp"
#include "supervise/supervisor_core.hpp"

namespace poolder {

Supervisor::Supervisor(Runtime& runtime, SupervisorOptions options, std::vector<ChildSpec> children)
    : core_(detail::SupervisorCore::start(runtime.core(), options, children)) {}

Supervisor::Supervisor(detail::Attach, std::shared_ptr<detail::EngineCore> core) noexcept
    : core_(std::static_pointer_cast<detail::SupervisorCore>(std::move(core))), owner_(false) {}

Supervisor::~Supervisor() {
  if (!owner_) return;
  try {
    core_->stop();
  } catch (...) {
    // In a simulation: nothing could end a child's stop.
    detail::log("supervisor \"" + std::string(core_->name()) +
                "\" did not stop: " + std::string(detail::describe(std::current_exception())));
  }
  core_->release_children();
}

void* Supervisor::find(const std::type_info& type, std::string_view type_name,
                       const std::string_view* name) {
  return core_->find(type, type_name, name);
}

void Supervisor::start_child(ChildSpec child) { core_->start_child(child.recipe()); }
void Supervisor::terminate_child(std::string_view name) { core_->terminate_child(name); }
std::size_t Supervisor::count() const { return core_->count(); }
bool Supervisor::running() const { return !core_->is_closed(); }
void Supervisor::stop() { core_->stop(); }
std::shared_ptr<detail::EngineCore> Supervisor::core() const { return core_; }

}  // namespace poolder
