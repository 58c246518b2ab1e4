#include "factory/child.hpp"
#include "factory/factory_core.hpp"
#include "runtime/log.hpp"

namespace poolder::detail {

namespace {

// Every slot of a ChildKind is a FactoryChild.
FactoryChild& child_of(Slot& slot) noexcept { return static_cast<FactoryChild&>(slot); }
const FactoryChild& child_of(const Slot& slot) noexcept {
  return static_cast<const FactoryChild&>(slot);
}

}  // namespace

ChildKind::ChildKind(FactoryCore& factory, const ChildType& type, std::uint32_t generation)
    : SlotOwner(factory.runtime(), type.worker, QueueOptions{}),
      factory_(factory),
      type_(type),
      generation_(generation) {}

const EngineCore* ChildKind::engine() const noexcept { return &factory_; }

void ChildKind::log(const std::string& line) noexcept {
  detail::log("FactoryPool \"" + std::string(factory_.name()) + "\": " + line +
              " (said once; dropped() counts them all)");
}

const WorkerFactory& ChildKind::arguments_of(const Slot& slot) const noexcept {
  return child_of(slot).arguments();
}

Duration ChildKind::retry_delay(int attempt) {
  return factory_.retry_delay(worker_type().options.retry, attempt);
}

bool ChildKind::admit_restart() { return factory_.admit_restart(); }
void ChildKind::fail_for_good(std::string why) { factory_.fail_for_good(std::move(why)); }
void ChildKind::worker_exits(Slot& slot) { factory_.child_exits(child_of(slot)); }
void ChildKind::handler_abandoned(Pid) { factory_.handler_abandoned(generation_); }
void ChildKind::abandoned_ended(Pid) { factory_.abandoned_ended(generation_); }
void ChildKind::begin_stop(ExitReason reason) { factory_.stop_for(std::move(reason)); }

ExitReason ChildKind::closing_reason(const Slot& slot) const {
  return factory_.closing_reason(child_of(slot));
}

SlotOwner::Refusal ChildKind::refusal(const Slot&) const noexcept {
  if (factory_.is_closed()) return {ErrorCode::stopped, "the factory has stopped"};
  return {ErrorCode::worker_down, "the worker has ended"};
}

void ChildKind::slot_closed(Slot& slot) { factory_.child_closed(child_of(slot)); }

std::shared_ptr<SlotOwner> ChildKind::keep(const Slot& slot) {
  return {child_of(slot).shared_from_this(), this};
}

}  // namespace poolder::detail
