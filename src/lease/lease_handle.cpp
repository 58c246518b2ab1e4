#include <utility>

#include <poolder/lease/detail/lease_handle.hpp>

#include "lease/lease_core.hpp"

namespace poolder::detail {

LeaseHandle LeaseHandle::start(const std::shared_ptr<RuntimeCore>& runtime,
                               LeaseBlueprint blueprint) {
  return LeaseHandle{LeaseCore::start(runtime, std::move(blueprint))};
}

LeaseHandle LeaseHandle::attach(std::shared_ptr<EngineCore> core) noexcept {
  return LeaseHandle{std::static_pointer_cast<LeaseCore>(std::move(core))};
}

const std::shared_ptr<RuntimeCore>& LeaseHandle::runtime() const noexcept {
  return core_->shared_runtime();
}

std::shared_ptr<EngineCore> LeaseHandle::core() const noexcept { return core_; }

Lent LeaseHandle::acquire(Duration timeout, Priority priority) const {
  return core_->acquire(timeout, priority);
}

Lent LeaseHandle::try_acquire() const { return core_->try_acquire(); }

void LeaseHandle::request(std::unique_ptr<LeaseRequest> request, Duration timeout,
                          Priority priority) const {
  core_->request(std::move(request), timeout, priority);
}

Duration LeaseHandle::checkout_timeout() const noexcept {
  return core_->options().checkout_timeout;
}

void LeaseHandle::add_idle(std::size_t count) const { core_->add_idle(count); }
void LeaseHandle::remove_idle(std::size_t count) const { core_->remove_idle(count); }
LeaseStatus LeaseHandle::status() const { return core_->status(); }
LeaseStats LeaseHandle::stats() const { return core_->stats(); }
std::string_view LeaseHandle::name() const noexcept { return core_->name(); }
void LeaseHandle::stop() const { core_->stop(); }
void LeaseHandle::stop_quietly() const noexcept { core_->stop_quietly(); }

}  // namespace poolder::detail
