#include <utility>

#include <poolder/task/detail/tasker_handle.hpp>

#include "task/tasker_core.hpp"

namespace poolder::detail {

TaskerHandle TaskerHandle::start(const std::shared_ptr<RuntimeCore>& runtime, std::string_view type,
                                 const TaskerOptions& options) {
  return TaskerHandle{TaskerCore::start(runtime, type, options)};
}

TaskerHandle TaskerHandle::attach(std::shared_ptr<EngineCore> core) noexcept {
  return TaskerHandle{std::static_pointer_cast<TaskerCore>(std::move(core))};
}

const std::shared_ptr<RuntimeCore>& TaskerHandle::runtime() const noexcept {
  return core_->shared_runtime();
}

std::shared_ptr<EngineCore> TaskerHandle::core() const noexcept { return core_; }

std::string_view TaskerHandle::name() const noexcept { return core_->name(); }

void TaskerHandle::push(Message* task) const {
  try {
    core_->push(task);
  } catch (...) {
    free_message(task);
    throw;
  }
}

void TaskerHandle::set_limit(std::size_t limit) const { core_->set_limit(limit); }
TaskerStats TaskerHandle::stats() const { return core_->stats(); }
bool TaskerHandle::drain(Duration deadline) const { return core_->drain(deadline); }
void TaskerHandle::stop() const { core_->stop(); }
void TaskerHandle::stop_quietly() const noexcept { core_->stop_quietly(); }

}  // namespace poolder::detail
