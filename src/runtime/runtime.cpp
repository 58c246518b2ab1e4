#include <poolder/core/error.hpp>
#include <poolder/runtime/runtime.hpp>

#include "runtime/events.hpp"
#include "runtime/monitors.hpp"
#include "runtime/registry.hpp"
#include "runtime/threaded_core.hpp"

namespace poolder {

static const RuntimeOptions& valid(const RuntimeOptions& options) {
  using detail::fail;
  if (options.blocked_after <= Duration{0})
    fail(ErrorCode::invalid_argument, "RuntimeOptions.blocked_after must be above 0");
  if (options.shutdown < Duration{0})
    fail(ErrorCode::invalid_argument, "RuntimeOptions.shutdown must not be negative");
  if (options.threads > 4'096)
    fail(ErrorCode::invalid_argument,
         "RuntimeOptions.threads must be at most 4096; 0 means one for each core");
  return options;
}

Runtime::Runtime(RuntimeOptions options) : core_(detail::ThreadedCore::start(valid(options))) {}

Runtime::Runtime(std::shared_ptr<detail::RuntimeCore> core) noexcept : core_(std::move(core)) {}

Runtime::~Runtime() {
  if (owner_) core_->stop();
}

std::shared_ptr<detail::EngineCore> Runtime::find_core(std::string_view type,
                                                       std::string_view name) const {
  return core_->registry().find(type, name);
}

Subscription Runtime::monitor(Pid worker, std::function<void(Pid, const ExitReason&)> callback) {
  core_->check_thread();
  return core_->monitors().monitor(worker, std::move(callback));
}

Subscription Runtime::on(std::function<void(const Event&)> callback) {
  core_->check_thread();
  return core_->events().add(std::move(callback));
}

RuntimeStats Runtime::stats() const {
  core_->check_thread();
  RuntimeStats stats;
  for (const auto& engine : core_->registry().all())
    stats.engines.push_back(engine->engine_stats());
  stats.callbacks_failed = core_->callback_failures();
  return stats;
}

std::chrono::steady_clock::time_point Runtime::now() const {
  return std::chrono::steady_clock::time_point{Duration{core_->now()}};
}

std::chrono::system_clock::time_point Runtime::system_now() const {
  return std::chrono::system_clock::time_point{Duration{core_->system_now()}};
}

}  // namespace poolder
