#include "worker/slot_queue.hpp"

namespace poolder::detail {

SlotQueue::Push SlotQueue::push(Message* message, Blocked* blocked) {
  return cell_.enter([&] {
    const Push pushed = queue_.push(message, blocked);
    measure();
    return pushed;
  });
}

bool SlotQueue::push_anyway(Message* message) {
  return cell_.enter([&] {
    const bool taken = queue_.push_anyway(message);
    measure();
    return taken;
  });
}

void SlotQueue::push_next(Message* message) {
  cell_.enter([&] {
    queue_.push_next(message);
    measure();
  });
}

bool SlotQueue::withdraw(Blocked& blocked) {
  return cell_.enter([&] { return queue_.withdraw(blocked); });
}

Message* SlotQueue::pop_unless(const std::atomic<std::uint32_t>& control, std::uint32_t unless) {
  Blocked* admitted = nullptr;
  Message* message = cell_.enter([&]() -> Message* {
    if ((control.load(std::memory_order_acquire) & unless) != 0) return nullptr;
    Message* next = queue_.pop();
    if (next) admitted = queue_.admit();
    measure();
    return next;
  });
  if (admitted) admitted->room.signal();
  return message;
}

std::deque<Message*> SlotQueue::close() {
  BoundedQueue::Rest rest = cell_.enter([&] {
    auto given = queue_.close();
    measure();
    return given;
  });
  for (Blocked* each : rest.blocked) each->room.signal();
  return std::move(rest.messages);
}

void SlotQueue::reopen() {
  cell_.enter([&] { queue_.reopen(); });
}

}  // namespace poolder::detail
