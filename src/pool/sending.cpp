#include <string>

#include <poolder/core/error.hpp>

#include "pool/pool_core.hpp"

namespace poolder::detail {

constexpr std::string_view has_stopped = "the pool has stopped";

void PoolCore::check_open() const {
  if (closed_.load(std::memory_order_acquire)) fail(ErrorCode::stopped, has_stopped);
}

SlotOwner::Refusal PoolCore::refusal(const Slot&) const noexcept {
  return {ErrorCode::stopped, has_stopped};
}

// A segment for each slot, entered at once.
void PoolCore::cast_all(Message** messages, std::size_t count) {
  const std::size_t now = size();
  const std::uint64_t first = turn_.fetch_add(count, std::memory_order_relaxed);
  bool refused = false;
  for (std::size_t lane = 0; lane < now && lane < count; ++lane) {
    Slot& slot = slots_[(first + lane) % now];
    std::size_t last = lane;
    std::uint64_t length = 1;
    for (; last + now < count; last += now, ++length) messages[last]->next = messages[last + now];
    stamp(*messages[lane], first == 0 ? 0 : lane);
    switch (slot.mail().send_all(messages[lane], messages[last], length)) {
      case Mailbox::Sent::queued:
        break;
      case Mailbox::Sent::woke:
        runtime_->schedule(slot);
        break;
      case Mailbox::Sent::refused:
        refused = true;
        for (std::size_t i = lane; i < count; i += now) free_message(messages[i]);
    }
  }
  if (refused) fail(ErrorCode::stopped, has_stopped);
}

std::size_t PoolCore::broadcast(Message* (*copy)(const void*), const void* job, bool may_wait) {
  std::size_t reached = 0;
  const std::size_t now = size();
  for (std::size_t i = 0; i < now; ++i) {
    Message* message = copy(job);
    try {
      if (may_wait) {
        slots_[i].cast(message);
      } else if (!slots_[i].try_cast(message)) {
        continue;
      }
      ++reached;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::queue_full && error.code() != ErrorCode::would_deadlock) throw;
    }
  }
  return reached;
}

// Its slot is no more: to the rest, by the same routing. A key function that throws leaves it to
// turns.
void PoolCore::requeue_elsewhere(Message* message) noexcept {
  Slot* slot = nullptr;
  try {
    const auto& type = static_cast<const WorkerMessageType&>(*message->type);
    const bool without_key = options_.routing == Routing::hash && !type.key;
    if (!without_key && options_.routing != Routing::broadcast)
      slot = &by_routing(options_.routing, Keyed{*message});
  } catch (...) {
    report_hook("a key function", std::current_exception());
  }
  (slot ? *slot : in_turn()).requeue(message);
}

}  // namespace poolder::detail
