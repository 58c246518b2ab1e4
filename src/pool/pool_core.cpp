#include "pool/pool_core.hpp"

#include <utility>

#include "runtime/log.hpp"
#include "runtime/monitors.hpp"
#include "runtime/registry.hpp"

namespace poolder::detail {

PoolCore::PoolCore(std::shared_ptr<RuntimeCore> runtime, PoolBlueprint blueprint)
    : runtime_(std::move(runtime)),
      type_(blueprint.type),
      worker_(blueprint.worker),
      name_(blueprint.options.name),
      options_(blueprint.options),
      simulated_(runtime_->choices() != nullptr),
      factory_(std::move(blueprint.factory)),
      slots_(options_.size),
      window_(options_.restart),
      random_(runtime_->choices() ? runtime_->choices()->next() : new_pid(0).value()) {
  options_.name = name_;
}

PoolCore::~PoolCore() = default;

std::shared_ptr<PoolCore> PoolCore::start(const std::shared_ptr<RuntimeCore>& runtime,
                                          PoolBlueprint blueprint) {
  runtime->check_thread();
  runtime->registry().check_free("Pool", blueprint.options.name);
  auto core = std::make_shared<PoolCore>(runtime, std::move(blueprint));
  core->open(core->construct(0, core->options_.size));
  try {
    runtime->registry().add(core);
  } catch (...) {
    core->close_unused();
    throw;
  }
  return core;
}

void PoolCore::open(std::vector<WorkerBox*> boxes) {
  for (std::size_t i = 0; i < boxes.size(); ++i) slots_.add(*this, i, boxes[i]);
  open_ = boxes.size();
  self_ = shared_from_this();
  size_.store(boxes.size(), std::memory_order_release);
  if (worker_.options.hibernate_after == infinity) return;
  for (std::size_t i = 0; i < boxes.size(); ++i) slots_[i].wake();  // their idle time begins
}

// Unique in the process, so a pid of another pool or runtime is never taken for one of ours.
Pid PoolCore::new_pid(std::size_t index) const noexcept {
  static std::atomic<std::uint64_t> last{0};
  return Pid::make(last.fetch_add(1, std::memory_order_relaxed) + 1, index);
}

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
  log_once(1, "it gave up: " + why + ", more than " +
                  std::to_string(options_.restart.max_restarts) + " in " +
                  std::to_string(options_.restart.period.count() / 1'000'000) + " ms");
  begin_stop({ExitReason::Kind::failed, std::move(why)});
}

void PoolCore::worker_ended(Pid pid, const ExitReason& reason) {
  runtime_->monitors().ended(pid, reason);
}

Duration PoolCore::retry_delay(int attempt) {
  return cell_.enter([&] { return detail::retry_delay(worker_.options.retry, attempt, random_); });
}

// Whatever happens to a message is told: a caller by its error, anyone else by the count, and once
// by a line on stderr.
void PoolCore::give_up_message(Message* message, ErrorCode code, std::string_view why) noexcept {
  const auto& type = static_cast<const WorkerMessageType&>(*message->type);
  ReplyBase* reply = type.reply ? type.reply(*message) : nullptr;
  if (reply) reply->fail(failure(code, why));
  if (!reply || !reply->withdrawn()) dropped(type.name, why);
  free_message(message);
}

void PoolCore::dropped(std::string_view task, std::string_view why) noexcept {
  count_dropped();
  log_once(2, "gave up a " + std::string(task) + ": " + std::string(why));
}

void PoolCore::report_failure(const Message& message, int attempts,
                              const std::exception_ptr& error) noexcept {
  log_once(4, "a " + std::string(message.type->name) + " failed at attempt " +
                  std::to_string(attempts) + ": " + std::string(describe(error)));
}

void PoolCore::report_hook(std::string_view hook, const std::exception_ptr& error) noexcept {
  log_once(8, std::string(hook) + " threw: " + std::string(describe(error)));
}

void PoolCore::log_once(std::uint32_t kind, const std::string& line) noexcept {
  if ((logged_.fetch_or(kind, std::memory_order_relaxed) & kind) != 0) return;
  log("pool \"" + (name_.empty() ? std::string(worker_.name) : name_) + "\": " + line +
      " (said once; stats() counts them all)");
}

}  // namespace poolder::detail
