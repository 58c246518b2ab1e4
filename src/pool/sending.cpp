#include <algorithm>
#include <string>

#include <poolder/core/error.hpp>

#include "pool/keyed_message.hpp"
#include "pool/pool_core.hpp"
#include "runtime/make_way.hpp"
#include "runtime/wait_graph.hpp"

namespace poolder::detail {

constexpr std::string_view has_stopped = "the pool has stopped";

void PoolCore::check_open() const {
  if (closed_.load(std::memory_order_acquire)) fail(ErrorCode::stopped, has_stopped);
}

Ticks PoolCore::deadline_of(const CallOptions& options) const {
  return after(runtime_->now(), options.timeout.value_or(options_.call_timeout));
}

void PoolCore::cast(Unsent& unsent, const Route* route) {
  switch (routing_of(route).value_or(Routing::round_robin)) {
    case Routing::broadcast:
      return (void)broadcast_copies(*unsent, true);
    case Routing::available:
      return share(unsent, never);
    case Routing::next_available:
      return free_worker().hand_in(unsent.give());
    default:
      break;
  }
  Slot& slot = choose_for(unsent, route);
  slot.cast(unsent.give());
}

// What is routed by a key otherwise than the pool's messages are keeps that key, for its slot may
// go before its turn comes. `chosen`: the slot, where that has been settled.
Slot& PoolCore::choose_for(Unsent& unsent, const Route* route, Slot* chosen) {
  const bool by_key = route && (route->kind() == Route::Kind::hash || route->is(Routing::hash));
  if (!by_key || !options_.dynamic) [[likely]]
    return chosen ? *chosen : choose(route, Keyed{*unsent});
  const std::uint64_t key =
      route->kind() == Route::Kind::hash ? route->value() : Keyed{*unsent}.key();
  unsent.wrap(with_key(&*unsent, key));
  return by_routing(Routing::hash, Keyed{*unsent});
}

bool PoolCore::try_cast(Unsent& unsent) {
  switch (options_.routing) {
    case Routing::broadcast:
      return broadcast_copies(*unsent, false) > 0;
    case Routing::available:
      return try_share(unsent);
    case Routing::next_available:
      return free_worker(false).hand_in(unsent.give()), true;
    default:
      break;
  }
  Slot& slot = choose(nullptr, Keyed{*unsent});
  return slot.try_cast(unsent.give());
}

void PoolCore::call(Unsent& unsent, ReplyBase& reply, const CallOptions& options, Slot* chosen) {
  const Ticks deadline = deadline_of(options);
  const Route* route = options.route ? &*options.route : nullptr;
  const auto routing = chosen ? std::nullopt : routing_of(route);
  if (routing == Routing::available) return share_call(unsent, reply, options, deadline);
  if (routing == Routing::next_available) {
    Slot& slot = free_worker();
    std::optional<WaitGraph::Edge> edge;
    try {
      edge.emplace(runtime_->wait_graph(), &slot);
    } catch (...) {
      slot.hand_back();
      throw;
    }
    slot.hand_in(unsent.give());
    if (!reply.wait(*runtime_, deadline))
      fail(ErrorCode::timeout, "the call was not answered in time");
    return;
  }
  Slot& slot = choose_for(unsent, route, chosen);
  slot.call(unsent.give(), reply, deadline);
}

void PoolCore::request(Unsent& unsent, ReplyBase& reply, const CallOptions& options) {
  const Ticks deadline = deadline_of(options);
  const Route* route = options.route ? &*options.route : nullptr;
  const auto routing = routing_of(route);
  if (routing == Routing::available) return share_request(unsent, reply, options, deadline);
  if (routing == Routing::next_available) return free_worker().hand_in(unsent.give());
  Slot& slot = choose_for(unsent, route);
  slot.request(unsent.give(), reply, deadline);
}

// A handler does not wait for itself; it gets an error in its own place.
bool PoolCore::offer_at(std::size_t index, Message* message, ReplyBase& reply,
                        SlotQueue::Blocked& blocked) {
  Unsent unsent{message};
  Slot& slot = slots_[index];
  const std::vector<const Slot*> mine = owned_here();
  if (std::find(mine.begin(), mine.end(), &slot) == mine.end())
    return slot.offer(unsent.give(), reply, blocked);
  reply.fail(failure(ErrorCode::would_deadlock, "the worker would wait for itself"));
  return false;
}

bool PoolCore::wait_for(std::size_t index, ReplyBase& reply, Ticks deadline) {
  if (reply.ready()) return true;
  const WaitGraph::Edge edge{runtime_->wait_graph(), &slots_[index]};
  return reply.wait(*runtime_, deadline);
}

// A copy of it for every worker; how many got one. Without `may_wait`, who has no room gets none.
std::size_t PoolCore::broadcast_copies(const Message& message, bool may_wait) {
  if (!static_cast<const WorkerMessageType&>(*message.type).copy)
    fail(ErrorCode::invalid_argument, "a message of type " + std::string(message.type->name) +
                                          " cannot be copied, so it cannot be broadcast");
  const auto copy = [](const void* original) {
    const auto& each = *static_cast<const Message*>(original);
    return static_cast<const WorkerMessageType&>(*each.type).copy(each);
  };
  return broadcast(copy, &message, may_wait);
}

SlotOwner::Refusal PoolCore::refusal(const Slot&) const noexcept {
  return {ErrorCode::stopped, has_stopped};
}

// A segment for each slot, entered at once.
void PoolCore::cast_all(Message** messages, std::size_t count) {
  const std::size_t now = size();
  const std::uint64_t first = turn_.fetch_add(count, std::memory_order_relaxed);
  bool refused = false, piled_up = false;
  for (std::size_t lane = 0; lane < now && lane < count; ++lane) {
    Slot& slot = slots_[(first + lane) % now];
    std::size_t last = lane;
    std::uint64_t length = 1;
    for (; last + now < count; last += now, ++length) messages[last]->next = messages[last + now];
    stamp(*messages[lane], first == 0 ? 0 : lane);
    switch (slot.mail().send_all(messages[lane], messages[last], length)) {
      case Mailbox::Sent::queued:
        break;
      case Mailbox::Sent::piled_up:
        piled_up = true;
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
  if (piled_up) make_way();
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

// Its slot is no more: to the rest, by the key it was sent with, or else as the pool routes. A key
// function that throws leaves it to turns.
void PoolCore::requeue_elsewhere(Message* message) noexcept {
  const Routing routing = has_own_key(*message) ? Routing::hash : options_.routing;
  if (routing == Routing::available) message->shared = 1;
  Slot* slot = nullptr;
  try {
    const auto& type = static_cast<const WorkerMessageType&>(*message->type);
    const bool without_key = routing == Routing::hash && !type.key;
    if (!without_key && routing != Routing::broadcast) slot = &by_routing(routing, Keyed{*message});
  } catch (...) {
    report_hook("a key function", std::current_exception());
  }
  (slot ? *slot : in_turn()).requeue(message);
}

}  // namespace poolder::detail
