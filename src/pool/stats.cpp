#include <algorithm>

#include "pool/pool_core.hpp"

namespace poolder::detail {

EngineStats PoolCore::engine_stats() const {
  EngineStats stats = EngineCore::engine_stats();
  stats.size = size();
  stats.queued = shared_queue_.size();
  stats.dropped = dropped_so_far();
  for (std::size_t i = 0; i < slots_.count(); ++i) {
    const Slot& slot = slots_[i];
    stats.busy += slot.activation() ? 1 : 0;
    stats.queued += slot.queue_length();
    stats.processed += slot.processed();
    stats.failed += slot.failed();
    stats.retried += slot.retried();
    stats.restarts += slot.restarts();
  }
  return stats;
}

PoolStats PoolCore::stats() const {
  PoolStats stats;
  stats.name = name_;
  stats.size = size();
  stats.next_worker = static_cast<std::size_t>(turn_.load(std::memory_order_relaxed) % stats.size);
  stats.queue_length = stats.shared_length = shared_queue_.size();
  stats.dropped = dropped_so_far();
  stats.overruns = watch_.overruns();
  stats.waited = waited().stats();
  stats.ran = ran().stats();
  stats.workers.reserve(stats.size);
  for (std::size_t i = 0; i < slots_.count(); ++i) {
    const Slot& slot = slots_[i];
    const Slot::AtWork at_work = slot.at_work();
    WorkerStats worker;
    worker.pid = slot.pid();
    worker.index = i;
    worker.queue_length = slot.queue_length();
    worker.processed = slot.processed();
    worker.failed = slot.failed();
    worker.restarts = slot.restarts();
    worker.busy = at_work.task != nullptr;
    if (worker.busy) worker.task = at_work.task->name;
    if (worker.busy) worker.runtime = Duration{std::max<Ticks>(runtime_->now() - at_work.since, 0)};
    stats.queue_length += worker.queue_length;
    stats.processed += worker.processed;
    stats.failed += worker.failed;
    stats.retried += slot.retried();
    stats.restarts += worker.restarts;
    if (i < stats.size)
      stats.workers.push_back(worker);  // what a slot did before the pool shrank counts in the sums
  }
  return stats;
}

}  // namespace poolder::detail
