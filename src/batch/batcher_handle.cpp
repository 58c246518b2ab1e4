#include <poolder/batch/detail/batcher_handle.hpp>

#include "batch/batcher_core.hpp"

namespace poolder::detail {

BatcherHandle BatcherHandle::start(const std::shared_ptr<RuntimeCore>& runtime,
                                   BatcherBlueprint blueprint) {
  return BatcherHandle{BatcherCore::start(runtime, std::move(blueprint))};
}

BatcherHandle BatcherHandle::attach(std::shared_ptr<EngineCore> core) noexcept {
  return BatcherHandle{std::static_pointer_cast<BatcherCore>(std::move(core))};
}

std::shared_ptr<EngineCore> BatcherHandle::core() const noexcept { return core_; }

void BatcherHandle::push(NewItems& items) const { core_->push(items); }
bool BatcherHandle::pop_at(std::size_t index, void* to) const { return core_->pop_at(index, to); }
void BatcherHandle::flush() const { core_->flush(); }
bool BatcherHandle::drain(Duration deadline) const { return core_->drain(deadline); }
std::size_t BatcherHandle::size() const { return core_->size(); }
void BatcherHandle::stop() const { core_->stop(); }
void BatcherHandle::stop_quietly() const noexcept {
  try {
    core_->stop();
  } catch (...) {
    core_->report_hook("stop", std::current_exception());
  }
}
BatcherStats BatcherHandle::stats() const { return core_->stats(); }
std::string_view BatcherHandle::name() const noexcept { return core_->name(); }
bool BatcherHandle::weighs() const noexcept { return core_->weighs(); }
std::size_t BatcherHandle::weigh(Weigh* how, const void* item) const {
  return core_->weigh(how, item);
}
void BatcherHandle::report_lost(std::size_t items, std::string_view why) const noexcept {
  core_->report_lost(items, why);
}

}  // namespace poolder::detail
