#include <exception>
#include <string>
#include <utility>

#include <poolder/core/error.hpp>
#include <poolder/runtime/detail/core.hpp>

#include "runtime/events.hpp"
#include "runtime/log.hpp"
#include "runtime/monitors.hpp"
#include "runtime/registry.hpp"
#include "runtime/scheduler_thread.hpp"
#include "runtime/wait_graph.hpp"

namespace poolder::detail {

EngineStats EngineCore::engine_stats() const {
  EngineStats stats;
  stats.kind = kind();
  stats.type = type();
  stats.name = name();
  return stats;
}

void EngineCore::on_ended(std::function<void(const ExitReason&)> told) {
  using Listener = const std::function<void(const ExitReason&)>;
  const auto listener = std::make_shared<Listener>(std::move(told));
  std::shared_ptr<Listener> before;  // what it holds may be the user's
  const auto end = listener_cell_.enter([&] {
    before = std::exchange(listener_, listener);
    return end_;
  });
  if (end && *listener) (*listener)(*end);
}

void EngineCore::tell_ended(const ExitReason& reason) noexcept {
  const auto listener = listener_cell_.enter([&] {
    end_ = reason;
    return listener_;
  });
  if (listener && *listener) (*listener)(reason);
}

void EngineCore::forget_end() noexcept {
  listener_cell_.enter([&] { end_.reset(); });
}

RuntimeCore::RuntimeCore()
    : registry_(std::make_unique<Registry>()),
      monitors_(std::make_unique<Monitors>(*this)),
      events_(std::make_unique<Events>(*this)),
      wait_graph_(std::make_unique<WaitGraph>()) {}

RuntimeCore::~RuntimeCore() = default;

const std::shared_ptr<HomeCount>& RuntimeCore::homes() const noexcept {
  static const std::shared_ptr<HomeCount> none;
  return none;
}

void RuntimeCore::stop() {
  if (stopping_.exchange(true, std::memory_order_acq_rel)) return;
  for (const auto& engine : registry_->close()) {
    try {
      engine->stop();
    } catch (...) {
      // In a simulation: nothing could end a handler but the end of its waits, which comes next.
      log(std::string(engine->name()) +
          " did not stop: " + std::string(describe(std::current_exception())));
    }
  }
  stop_threads();
}

namespace {

class DetachedJob final : public Runnable {
 public:
  DetachedJob(std::function<void()> job, Priority priority)
      : Runnable(priority), job_(std::move(job)) {}

  void run(Turn&) noexcept override {
    Handler handler{nullptr, nullptr};
    try {
      job_();
    } catch (...) {
      log("a callback threw: " + std::string(describe(std::current_exception())));
    }
    job_ = nullptr;  // what it holds is the user's, too
    (void)handler.end();
    delete this;
  }
  void discard() noexcept override { delete this; }

 private:
  std::function<void()> job_;
};

}  // namespace

void run_detached(RuntimeCore& core, std::function<void()> job, Priority priority) {
  core.schedule(*new DetachedJob(std::move(job), priority));
}

namespace {

class LaterJob final : public Timer {
 public:
  LaterJob(RuntimeCore& core, std::function<void()> job)
      : Timer(&due), core_(core), job_(std::move(job)) {}

 private:
  static void due(Timer& timer) noexcept {
    auto& self = static_cast<LaterJob&>(timer);
    run_detached(self.core_, std::move(self.job_));
    delete &self;
  }

  RuntimeCore& core_;  // whose clock this is
  std::function<void()> job_;
};

}  // namespace

void run_after(RuntimeCore& core, Duration delay, std::function<void()> job) {
  core.arm(*new LaterJob(core, std::move(job)), after(core.now(), delay));
}

}  // namespace poolder::detail
