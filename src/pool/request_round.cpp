// Requests to all workers at once, for broadcall.

#include <poolder/pool/detail/pool_handle.hpp>

#include "pool/pool_core.hpp"
#include "worker/unsent.hpp"

namespace poolder::detail {

struct RequestRound::Blocked {
  Slot* slot = nullptr;
  ReplyBase* reply = nullptr;
  SlotQueue::Blocked place{nullptr, {}};
};

RequestRound::RequestRound(const PoolHandle& pool, Ticks deadline) noexcept
    : pool_(*pool.core_), deadline_(deadline) {}

// Left early: what has found no room yet never will.
RequestRound::~RequestRound() {
  deadline_ = 0;
  wait_for_room();
}

void RequestRound::add(std::size_t index, Message* message, ReplyBase& reply) {
  Unsent unsent{message};
  if (!spare_) spare_ = std::make_unique<Blocked>();
  blocked_.push_back(std::move(spare_));
  Blocked& blocked = *blocked_.back();
  blocked.slot = &pool_.slot(index);
  blocked.reply = &reply;
  if (pool_.offer_at(index, unsent.give(), reply, blocked.place)) return;
  spare_ = std::move(blocked_.back());
  blocked_.pop_back();
}

void RequestRound::wait_for_room() {
  for (const auto& each : blocked_) each->slot->end_offer(each->place, *each->reply, deadline_);
  blocked_.clear();
}

}  // namespace poolder::detail
