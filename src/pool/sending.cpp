#include <string>

#include <poolder/core/error.hpp>

#include "pool/pool_core.hpp"
#include "runtime/relax.hpp"
#include "runtime/wait_graph.hpp"

namespace poolder::detail {

namespace {

/// Frees a message that could not be sent. Its caller is told by the exception that is under way.
class Unsent {
 public:
  explicit Unsent(Message* message) noexcept : message_(message) {}
  ~Unsent() {
    if (message_) free_message(message_);
  }
  Unsent(const Unsent&) = delete;
  Unsent& operator=(const Unsent&) = delete;
  void sent() noexcept { message_ = nullptr; }
  Message* message() const noexcept { return message_; }

 private:
  Message* message_;
};

[[noreturn]] void fail_stopped() { fail(ErrorCode::stopped, "the pool has stopped"); }

}  // namespace

void PoolCore::check_open() const {
  if (closed_.load(std::memory_order_acquire)) fail_stopped();
}

// One message in 64 carries the time it was sent; all do where max_wait is set.
void PoolCore::stamp(Message& message, std::uint64_t turn) const noexcept {
  if (turn % 64 != 0 && options_.queue.max_wait == infinity) return;
  const auto now = static_cast<std::uint64_t>(runtime_->now() / 1'000);
  message.queued_us = (now == 0 ? 1 : now) & Message::time_mask;
}

// False: full. Throws where it can never be queued; the message is still the caller's then, too.
bool PoolCore::try_push(Slot& slot, Message* message, SlotQueue::Blocked* blocked) {
  thread_local std::uint64_t sent = 0;
  stamp(*message, sent++);
  SlotQueue* queue = slot.queue();
  if (!queue) {
    const Mailbox::Sent result = slot.mail().send(message);
    if (result == Mailbox::Sent::refused) fail_stopped();
    if (result == Mailbox::Sent::woke) runtime_->schedule(slot);
    return true;
  }
  const auto [result, victim] = queue->push(message, blocked);
  if (victim)
    give_up_message(victim, ErrorCode::queue_full, "its queue was full and drops the oldest");
  if (result == SlotQueue::Pushed::closed) fail_stopped();
  if (result == SlotQueue::Pushed::yes) slot.wake();
  return result == SlotQueue::Pushed::yes;
}

void PoolCore::push(Slot& slot, Message* message, Ticks deadline) {
  if (!slot.queue()) return (void)try_push(slot, message, nullptr);
  SlotQueue::Blocked blocked{message, {}};
  if (try_push(slot, message, &blocked)) return;
  if (options_.queue.on_full == OnFull::reject)
    fail(ErrorCode::queue_full,
         "the slot's queue holds " + std::to_string(options_.queue.capacity));
  wait_for_room(slot, blocked, deadline);
}

// Returns once the message is queued; else it is the caller's again.
void PoolCore::wait_for_room(Slot& slot, SlotQueue::Blocked& blocked, Ticks deadline) {
  std::exception_ptr error;
  try {
    const WaitGraph::Edge edge{runtime_->wait_graph(), &slot};
    if (!blocked.room.wait_until(*runtime_, deadline))
      error = failure(ErrorCode::timeout, "no room came up in the slot's queue in time");
  } catch (...) {
    error = std::current_exception();
  }
  if (error && slot.queue()->withdraw(blocked)) std::rethrow_exception(error);
  while (!blocked.room.signalled()) relax();  // admitted or refused this very moment
  if (blocked.refused) fail_stopped();
}

void PoolCore::cast(Slot& slot, Message* message) {
  Unsent unsent{message};
  push(slot, message, never);
  unsent.sent();
}

bool PoolCore::try_cast(Slot& slot, Message* message) {
  Unsent unsent{message};
  if (!try_push(slot, message, nullptr)) return false;
  unsent.sent();
  return true;
}

void PoolCore::call(Slot& slot, Message* message, ReplyBase& reply, const CallOptions& options) {
  Unsent unsent{message};
  const WaitGraph::Edge edge{runtime_->wait_graph(), &slot};
  const Ticks deadline = after(runtime_->now(), options.timeout.value_or(options_.call_timeout));
  push(slot, message, deadline);
  unsent.sent();
  if (!reply.wait(*runtime_, deadline))
    fail(ErrorCode::timeout, "the call was not answered in time");
}

void PoolCore::request(Slot& slot, Message* message, ReplyBase& reply, Ticks deadline) {
  Unsent unsent{message};
  try {
    push(slot, message, deadline);
    unsent.sent();
  } catch (...) {
    reply.fail(std::current_exception());  // and freeing the message publishes it
  }
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
  if (refused) fail_stopped();
}

std::size_t PoolCore::broadcast(Message* (*copy)(const void*), const void* job, bool may_wait) {
  std::size_t reached = 0;
  const std::size_t now = size();
  for (std::size_t i = 0; i < now; ++i) {
    Unsent unsent{copy(job)};
    try {
      if (may_wait)
        push(slots_[i], unsent.message(), never);
      else if (!try_push(slots_[i], unsent.message(), nullptr))
        continue;
      unsent.sent();
      ++reached;
    } catch (const Error& error) {
      if (error.code() != ErrorCode::queue_full && error.code() != ErrorCode::would_deadlock) throw;
    }
  }
  return reached;
}

void PoolCore::requeue(Slot& slot, Message* message) {
  if (SlotQueue* queue = slot.queue()) {
    if (queue->push_anyway(message)) return slot.wake();
  } else if (const Mailbox::Sent result = slot.mail().send(message);
             result != Mailbox::Sent::refused) {
    if (result == Mailbox::Sent::woke) runtime_->schedule(slot);
    return;
  }
  give_up_message(message, ErrorCode::stopped, "the pool has stopped");
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
  requeue(slot ? *slot : in_turn(), message);
}

}  // namespace poolder::detail
