#include "pool/backoffs.hpp"

#include "pool/pool_core.hpp"

namespace poolder::detail {

// Shared by the list and the clock.
struct Backoffs::Waiting final : Timer {
  Waiting(std::shared_ptr<PoolCore> its_pool, Slot& its_slot, Message* job)
      : Timer(&fired), pool(std::move(its_pool)), slot(its_slot), message(job) {}

  void release() noexcept {
    if (references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  // The job is back in a queue before it no longer counts here: drain never sees it nowhere.
  static void fired(Timer& timer) noexcept {
    auto& self = static_cast<Waiting&>(timer);
    Backoffs& all = self.pool->backoffs();
    if (all.unlink(self)) {
      self.pool->requeue(self.slot, self.message);
      const bool last = all.size_.fetch_sub(1, std::memory_order_seq_cst) == 1;
      if (last && self.pool->anyone_drains()) self.pool->slot_idle(unlimited);
      self.release();
    }
    self.release();
  }

  std::shared_ptr<PoolCore> pool;
  Slot& slot;
  Message* message;
  Waiting* before = nullptr;
  Waiting* behind = nullptr;
  bool linked = false;
  std::atomic<int> references{2};
};

void Backoffs::add(std::shared_ptr<PoolCore> pool, Slot& slot, Message* message, Duration delay) {
  PoolCore& core = *pool;
  auto* waiting = new Waiting(std::move(pool), slot, message);
  size_.fetch_add(1, std::memory_order_seq_cst);
  const bool open = cell_.enter([&] {
    if (closed_) return false;
    link(*waiting);
    return true;
  });
  if (open) {
    core.runtime().arm(*waiting, after(core.runtime().now(), delay));
    return;
  }
  if (size_.fetch_sub(1, std::memory_order_seq_cst) == 1 && core.anyone_drains())
    core.slot_idle(unlimited);
  delete waiting;
  core.give_up_message(message, ErrorCode::stopped, "the pool has stopped");
}

std::vector<Message*> Backoffs::close(PoolCore& pool) {
  std::vector<Message*> left;
  std::vector<Waiting*> waiting;
  cell_.enter([&] {
    closed_ = true;
    while (first_) {
      left.push_back(first_->message);
      waiting.push_back(first_);
      Waiting* behind = first_->behind;
      first_->linked = false;
      first_ = behind;
    }
  });
  for (Waiting* each : waiting) {
    if (pool.runtime().cancel(*each)) each->release();  // the clock's reference
    each->release();
    size_.fetch_sub(1, std::memory_order_seq_cst);
  }
  if (pool.anyone_drains()) pool.slot_idle(unlimited);
  return left;
}

void Backoffs::link(Waiting& waiting) {
  waiting.behind = first_;
  if (first_) first_->before = &waiting;
  first_ = &waiting;
  waiting.linked = true;
}

bool Backoffs::unlink(Waiting& waiting) {
  return cell_.enter([&] {
    if (!waiting.linked) return false;
    (waiting.before ? waiting.before->behind : first_) = waiting.behind;
    if (waiting.behind) waiting.behind->before = waiting.before;
    waiting.linked = false;
    return true;
  });
}

}  // namespace poolder::detail
