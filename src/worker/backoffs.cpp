#include "worker/backoffs.hpp"

#include "worker/slot.hpp"
#include "worker/slot_owner.hpp"

namespace poolder::detail {

// Shared by the list and the clock.
struct Backoffs::Waiting final : Timer {
  Waiting(std::shared_ptr<SlotOwner> its_owner, Slot& its_slot, Message* job)
      : Timer(&fired), owner(std::move(its_owner)), slot(its_slot), message(job) {}

  void release() noexcept {
    if (references.fetch_sub(1, std::memory_order_acq_rel) == 1) delete this;
  }

  // The job is back in a queue before it no longer counts here: drain never sees it nowhere.
  static void fired(Timer& timer) noexcept {
    auto& self = static_cast<Waiting&>(timer);
    Backoffs& all = self.owner->backoffs();
    if (all.unlink(self)) {
      self.slot.requeue(self.message);
      const bool last = all.size_.fetch_sub(1, std::memory_order_seq_cst) == 1;
      if (last && self.owner->anyone_drains()) self.owner->slot_idle(unlimited);
      self.release();
    }
    self.release();
  }

  std::shared_ptr<SlotOwner> owner;
  Slot& slot;
  Message* message;
  Waiting* before = nullptr;
  Waiting* behind = nullptr;
  bool linked = false;
  std::atomic<int> references{2};
};

void Backoffs::add(std::shared_ptr<SlotOwner> owner, Slot& slot, Message* message, Duration delay) {
  SlotOwner& its_owner = *owner;
  auto* waiting = new Waiting(std::move(owner), slot, message);
  size_.fetch_add(1, std::memory_order_seq_cst);
  const bool open = cell_.enter([&] {
    if (closed_) return false;
    link(*waiting);
    return true;
  });
  if (open) {
    its_owner.runtime().arm(*waiting, after(its_owner.runtime().now(), delay));
    return;
  }
  if (size_.fetch_sub(1, std::memory_order_seq_cst) == 1 && its_owner.anyone_drains())
    its_owner.slot_idle(unlimited);
  delete waiting;
  its_owner.give_up_refused(slot, message);
}

std::vector<Message*> Backoffs::close(SlotOwner& owner) {
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
    if (owner.runtime().cancel(*each)) each->release();  // the clock's reference
    each->release();
    size_.fetch_sub(1, std::memory_order_seq_cst);
  }
  if (owner.anyone_drains()) owner.slot_idle(unlimited);
  return left;
}

void Backoffs::reopen() {
  cell_.enter([&] { closed_ = false; });
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
