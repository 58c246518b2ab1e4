#include "worker/slot_queue.hpp"

#include <algorithm>
#include <utility>

namespace poolder::detail {

SlotQueue::Push SlotQueue::push(Message* message, Blocked* blocked) {
  return cell_.enter([&]() -> Push {
    if (closed_) return {Pushed::closed};
    if (messages_.size() < options_.capacity) {
      append(message);
      return {Pushed::yes};
    }
    if (options_.on_full == OnFull::drop_oldest) {
      Message* victim = messages_.front();
      messages_.pop_front();
      append(message);
      return {Pushed::yes, victim};
    }
    if (options_.on_full == OnFull::reject || !blocked) return {Pushed::full};
    blocked_.push_back(blocked);
    return {Pushed::waiting};
  });
}

bool SlotQueue::push_anyway(Message* message) {
  return cell_.enter([&] {
    if (closed_) return false;
    // The back of the queue: what is handled last.
    options_.order == QueueOrder::fifo ? messages_.push_back(message)
                                       : messages_.push_front(message);
    return true;
  });
}

void SlotQueue::push_next(Message* message) {
  cell_.enter([&] {
    options_.order == QueueOrder::fifo ? messages_.push_front(message)
                                       : messages_.push_back(message);
  });
}

Message* SlotQueue::pop_unless(const std::atomic<std::uint32_t>& control, std::uint32_t unless) {
  Blocked* admitted = nullptr;
  Message* message = cell_.enter([&]() -> Message* {
    if (messages_.empty() || (control.load(std::memory_order_acquire) & unless) != 0)
      return nullptr;
    Message* next = take_next();
    if (!blocked_.empty() && messages_.size() < options_.capacity) {
      admitted = blocked_.front();
      blocked_.pop_front();
      append(admitted->message);
    }
    return next;
  });
  if (admitted) admitted->room.signal();
  return message;
}

std::size_t SlotQueue::size() const {
  return cell_.enter([&] { return messages_.size(); });
}

bool SlotQueue::withdraw(Blocked& blocked) {
  return cell_.enter([&] { return std::erase(blocked_, &blocked) > 0; });
}

std::vector<Message*> SlotQueue::close() {
  std::deque<Blocked*> refused;
  auto left = cell_.enter([&] {
    closed_ = true;
    refused.swap(blocked_);
    std::vector<Message*> queued(messages_.begin(), messages_.end());
    messages_.clear();
    return queued;
  });
  for (Blocked* each : refused) {
    each->refused = true;
    each->room.signal();
  }
  return left;
}

void SlotQueue::reopen() {
  cell_.enter([&] { closed_ = false; });
}

void SlotQueue::append(Message* message) { messages_.push_back(message); }

Message* SlotQueue::take_next() {
  Message* next = options_.order == QueueOrder::fifo ? messages_.front() : messages_.back();
  options_.order == QueueOrder::fifo ? messages_.pop_front() : messages_.pop_back();
  return next;
}

}  // namespace poolder::detail
