#include "pool/pool_core.hpp"

#include <utility>

#include "runtime/events.hpp"
#include "runtime/log.hpp"
#include "runtime/monitors.hpp"
#include "runtime/registry.hpp"

namespace poolder::detail {

PoolCore::PoolCore(std::shared_ptr<RuntimeCore> runtime, PoolBlueprint blueprint)
    : SlotOwner(*runtime, blueprint.worker, blueprint.options.queue),
      runtime_(std::move(runtime)),
      type_(blueprint.type),
      name_(blueprint.options.name),
      options_(blueprint.options),
      simulated_(runtime_->choices() != nullptr),
      factory_(std::move(blueprint.factory)),
      handle_init_(blueprint.handle_init),
      definitions_events_(blueprint.events),
      slots_(options_.size),
      window_(options_.restart),
      random_(runtime_->choices() ? runtime_->choices()->next() : new_pid(0).value()),
      shared_queue_(options_.queue),
      watch_(*this, options_.overrun) {
  options_.name = name_;
  shared_ = &shared_queue_;
  dedicated_ = options_.placement == Placement::dedicated && runtime_->homes() != nullptr;
  if (watch_.is_on()) watch_asleep_ = &watch_.asleep();
}

PoolCore::~PoolCore() = default;

// A worker that was killed or shrunk away, but has not ended yet, is still ours.
bool PoolCore::owns(Pid pid) const noexcept {
  const auto index = static_cast<std::size_t>(pid.index());
  return find(pid) != nullptr || (index < slots_.count() && slots_[index].holds(pid));
}

bool PoolCore::admit_restart() {
  const Ticks now = runtime_->now();
  return cell_.enter([&] { return window_.admit(now); });
}

void PoolCore::fail_for_good(std::string why) {
  const ExitReason reason{ExitReason::Kind::failed, std::move(why)};
  if (!end_life(reason).is_mine) return;
  const bool heard = runtime_->events().tell(
      *this, [&] { return Event{.kind = Event::Kind::restart_limit, .reason = reason}; });
  if (!heard && is_first(1))
    log("it gave up: " + reason.what + ", more than " +
        std::to_string(options_.restart.max_restarts) + " in " +
        std::to_string(options_.restart.period.count() / 1'000'000) + " ms");
}

Duration PoolCore::retry_delay(int attempt) {
  return cell_.enter(
      [&] { return detail::retry_delay(worker_type().options.retry, attempt, random_); });
}

void PoolCore::warn(const Overrun& report) noexcept {
  const bool killed = report.alert == Overrun::Alert::max_overrun_limit;
  detail::log("pool \"" + name_ + "\": worker " + std::to_string(report.worker.value()) +
              " has been at a " + std::string(report.task) + " for " +
              std::to_string(report.runtime.count() / 1'000'000) + " ms" +
              (killed ? " and was killed" : ""));
}

void PoolCore::log(const std::string& line) noexcept {
  detail::log("pool \"" + (name_.empty() ? std::string(worker_type().name) : name_) +
              "\": " + line + " (said once; stats() counts them all)");
}

}  // namespace poolder::detail
