#include <poolder/pool/detail/pool_handle.hpp>

#include "pool/pool_core.hpp"
#include "worker/unsent.hpp"

namespace poolder::detail {

PoolHandle PoolHandle::start(const std::shared_ptr<RuntimeCore>& runtime, PoolBlueprint blueprint) {
  return PoolHandle{PoolCore::start(runtime, std::move(blueprint))};
}

PoolHandle PoolHandle::attach(std::shared_ptr<EngineCore> core) noexcept {
  return PoolHandle{std::static_pointer_cast<PoolCore>(std::move(core))};
}

const std::shared_ptr<RuntimeCore>& PoolHandle::runtime() const noexcept {
  return core_->shared_runtime();
}

std::shared_ptr<EngineCore> PoolHandle::core() const noexcept { return core_; }

void PoolHandle::cast(Message* message, const Route* route) const {
  Unsent unsent{message};
  core_->check_thread();
  core_->check_open();
  core_->cast(unsent, route);
}

bool PoolHandle::try_cast(Message* message) const {
  Unsent unsent{message};
  core_->check_thread();
  if (core_->is_closed()) return false;
  try {
    return core_->try_cast(unsent);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::stopped || error.code() == ErrorCode::no_worker) return false;
    throw;
  }
}

void PoolHandle::cast_all(Message** messages, std::size_t count) const {
  if (count == 0) return;
  const QueueOptions& queue = core_->options().queue;
  const bool plain =
      queue.capacity == unlimited && queue.order == QueueOrder::fifo && queue.max_wait == infinity;
  if (plain && core_->options().routing == Routing::round_robin && !core_->is_closed()) {
    core_->check_thread();
    return core_->cast_all(messages, count);
  }
  for (std::size_t i = 0; i < count; ++i) {
    try {
      cast(messages[i], nullptr);
    } catch (...) {
      for (std::size_t left = i + 1; left < count; ++left) free_message(messages[left]);
      throw;
    }
  }
}

std::size_t PoolHandle::broadcast(Message* (*copy)(const void*), const void* job) const {
  core_->check_thread();
  core_->check_open();
  return core_->broadcast(copy, job, true);
}

bool PoolHandle::routes_by_broadcast(const Route* route) const noexcept {
  return route ? route->is(Routing::broadcast) : core_->options().routing == Routing::broadcast;
}

bool PoolHandle::routes_by_key(const CallOptions& options) const noexcept {
  return options.route ? options.route->is(Routing::hash)
                       : core_->options().routing == Routing::hash;
}

bool PoolHandle::calls_inline() const noexcept {
  return core_->options().inline_calls && core_->options().placement == Placement::shared;
}

Ticks PoolHandle::deadline_of(const CallOptions& options) const {
  return core_->deadline_of(options);
}

void PoolHandle::call(Message* message, ReplyBase& reply, const CallOptions& options,
                      Slot* chosen) const {
  Unsent unsent{message};
  core_->check_thread();
  core_->check_open();
  core_->call(unsent, reply, options, chosen);
}

void PoolHandle::request(Message* message, ReplyBase& reply, const CallOptions& options) const {
  Unsent unsent{message};  // freed last: that publishes the reply
  core_->check_thread();
  try {
    core_->check_open();
    core_->request(unsent, reply, options);
  } catch (...) {
    reply.fail(std::current_exception());
  }
}

bool PoolHandle::wait_for(std::size_t index, ReplyBase& reply, Ticks deadline) const {
  return core_->wait_for(index, reply, deadline);
}

void PoolHandle::check_open() const {
  core_->check_thread();
  core_->check_open();
}

std::string_view PoolHandle::name() const noexcept { return core_->name(); }
std::size_t PoolHandle::size() const noexcept { return core_->size(); }
Pid PoolHandle::worker(std::size_t index) const { return core_->worker(index); }
std::vector<Pid> PoolHandle::workers() const { return core_->workers(); }
Pid PoolHandle::start_worker() const { return core_->start_worker(); }
void PoolHandle::stop_worker() const { core_->stop_worker(); }
void PoolHandle::resize(std::size_t size) const { core_->resize(size); }
void PoolHandle::pause() const { core_->pause(); }
void PoolHandle::resume() const { core_->resume(); }
bool PoolHandle::drain(Duration deadline) const { return core_->drain(deadline); }
void PoolHandle::stop() const { core_->stop(); }
void PoolHandle::stop_quietly() const noexcept {
  try {
    core_->stop();
  } catch (...) {
    core_->report_hook("stop", std::current_exception());
  }
}
void PoolHandle::kill(Pid worker) const { core_->kill(worker); }
PoolStats PoolHandle::stats() const { return core_->stats(); }
Subscription PoolHandle::on_overrun(std::function<void(const Overrun&)> callback) const {
  return core_->on_overrun(std::move(callback));
}
Subscription PoolHandle::on(PoolEvents events) const { return core_->on(std::move(events)); }

}  // namespace poolder::detail
