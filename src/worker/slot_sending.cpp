#include <string>

#include <poolder/core/error.hpp>

#include "runtime/make_way.hpp"
#include "runtime/relax.hpp"
#include "runtime/wait_graph.hpp"
#include "worker/slot.hpp"
#include "worker/slot_owner.hpp"
#include "worker/unsent.hpp"

namespace poolder::detail {

// False: full. Throws where it can never be queued; the message is still the caller's then, too.
bool Slot::try_push(Message* message, SlotQueue::Blocked* blocked) {
  thread_local std::uint64_t sent = 0;
  owner_.stamp(*message, sent++);
  if (!queue_) {
    const Mailbox::Sent result = mail_.send(message);
    if (result == Mailbox::Sent::refused) owner_.refuse(*this);
    if (result == Mailbox::Sent::woke) owner_.runtime().schedule(*this);
    if (result == Mailbox::Sent::piled_up) [[unlikely]]
      make_way();
    return true;
  }
  const auto [result, victim, gaps] = queue_->push(message, blocked);
  if (victim)
    owner_.give_up_message(victim, ErrorCode::queue_full,
                           "its queue was full and drops the oldest");
  if (result == SlotQueue::Pushed::closed) owner_.refuse(*this);
  if (result == SlotQueue::Pushed::yes) wake();
  return result == SlotQueue::Pushed::yes;
}

// True: it is queued, else `blocked` is listed. Throws where it cannot be.
bool Slot::push_or_list(Message* message, SlotQueue::Blocked& blocked) {
  if (try_push(message, &blocked)) return true;
  const QueueOptions& queue = owner_.queue_options();
  if (queue.on_full == OnFull::reject)
    fail(ErrorCode::queue_full, "the slot's queue holds " + std::to_string(queue.capacity));
  return false;
}

void Slot::push(Message* message, Ticks deadline) {
  if (!queue_) return (void)try_push(message, nullptr);
  SlotQueue::Blocked blocked{message, {}};
  if (!push_or_list(message, blocked)) wait_for_room(blocked, deadline);
}

// Returns once the message is queued; else it is the caller's again.
void Slot::wait_for_room(SlotQueue::Blocked& blocked, Ticks deadline) {
  RuntimeCore& runtime = owner_.runtime();
  std::exception_ptr error;
  try {
    const WaitGraph::Edge edge{runtime.wait_graph(), this};
    if (!blocked.room.wait_until(runtime, deadline))
      error = failure(ErrorCode::timeout, "no room came up in the slot's queue in time");
  } catch (...) {
    error = std::current_exception();
  }
  if (error && queue_->withdraw(blocked)) std::rethrow_exception(error);
  while (!blocked.room.signalled()) relax();  // admitted or refused this very moment
  if (blocked.refused) owner_.refuse(*this);
}

void Slot::cast(Message* message) {
  Unsent unsent{message};
  push(message, never);
  unsent.give();
}

bool Slot::try_cast(Message* message) {
  Unsent unsent{message};
  if (!try_push(message, nullptr)) return false;
  unsent.give();
  return true;
}

void Slot::call(Message* message, ReplyBase& reply, Ticks deadline) {
  Unsent unsent{message};
  RuntimeCore& runtime = owner_.runtime();
  const WaitGraph::Edge edge{runtime.wait_graph(), this};
  push(message, deadline);
  unsent.give();
  if (!reply.wait(runtime, deadline)) fail(ErrorCode::timeout, "the call was not answered in time");
}

// Nothing stands before it: the slot was at rest.
void Slot::hand_in(Message* message) noexcept {
  owner_.stamp(*message, processed());
  again(message);
  owner_.runtime().schedule(*this);
}

void Slot::request(Message* message, ReplyBase& reply, Ticks deadline) {
  Unsent unsent{message};
  try {
    push(message, deadline);
    unsent.give();
  } catch (...) {
    reply.fail(std::current_exception());  // and freeing the message publishes it
  }
}

bool Slot::offer(Message* message, ReplyBase& reply, SlotQueue::Blocked& blocked) {
  Unsent unsent{message};
  blocked.message = message;
  bool is_listed = false;
  try {
    is_listed = !push_or_list(message, blocked);
    unsent.give();
  } catch (...) {
    reply.fail(std::current_exception());
  }
  return is_listed;
}

void Slot::end_offer(SlotQueue::Blocked& blocked, ReplyBase& reply, Ticks deadline) {
  Unsent unsent{blocked.message};
  try {
    wait_for_room(blocked, deadline);
    unsent.give();
  } catch (...) {
    reply.fail(std::current_exception());
  }
}

void Slot::requeue(Message* message) noexcept {
  if (message->shared) {
    if (owner_.shared()->push_anyway(message)) return owner_.wake_a_free_worker();
  } else if (queue_) {
    if (queue_->push_anyway(message)) return (void)wake();
  } else if (const Mailbox::Sent result = mail_.send(message); result != Mailbox::Sent::refused) {
    if (result == Mailbox::Sent::woke) owner_.runtime().schedule(*this);
    return;
  }
  owner_.give_up_refused(*this, message);
}

}  // namespace poolder::detail
