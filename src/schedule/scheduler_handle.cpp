#include <poolder/schedule/detail/scheduler_handle.hpp>

#include "schedule/scheduler_core.hpp"

namespace poolder::detail {

SchedulerHandle SchedulerHandle::start(const std::shared_ptr<RuntimeCore>& runtime,
                                       SchedulerBlueprint blueprint) {
  return SchedulerHandle{SchedulerCore::start(runtime, std::move(blueprint))};
}

SchedulerHandle SchedulerHandle::attach(std::shared_ptr<EngineCore> core) noexcept {
  return SchedulerHandle{std::static_pointer_cast<SchedulerCore>(std::move(core))};
}

std::shared_ptr<EngineCore> SchedulerHandle::core() const noexcept { return core_; }

void SchedulerHandle::schedule(std::string_view job, const When& when) const {
  core_->schedule(job, when);
}
void SchedulerHandle::add(std::string name, const When& when, JobFunction function) const {
  core_->add(std::move(name), when, std::move(function));
}
void SchedulerHandle::run_now(std::string_view job) const { core_->run_now(job); }
void SchedulerHandle::cancel(std::string_view job) const { core_->cancel(job); }
void SchedulerHandle::cancel_all() const { core_->cancel_all(); }
void SchedulerHandle::pause(std::string_view job) const { core_->pause(job); }
void SchedulerHandle::resume(std::string_view job) const { core_->resume(job); }
std::vector<JobStats> SchedulerHandle::jobs() const { return core_->jobs(); }
std::string_view SchedulerHandle::name() const noexcept { return core_->name(); }
bool SchedulerHandle::drain(Duration deadline) const { return core_->drain(deadline); }
void SchedulerHandle::stop() const { core_->stop(); }
void SchedulerHandle::stop_quietly() const noexcept {
  try {
    core_->stop();
  } catch (...) {
    core_->report_stop(std::current_exception());
  }
}

}  // namespace poolder::detail
