#include "worker/bounded_queue.hpp"

#include <utility>

namespace poolder::detail {

BoundedQueue::Push BoundedQueue::push(Message* message, Blocked* blocked) {
  if (closed_) return {Pushed::closed};
  if (!is_full()) {
    messages_.push_back(message);
    return {Pushed::yes};
  }
  if (options_.on_full == OnFull::drop_oldest) {
    Push pushed{Pushed::yes};
    for (; !pushed.victim; messages_.pop_front()) {
      Message* oldest = messages_.front();
      if (oldest->gap) {
        oldest->next = std::exchange(pushed.gaps, oldest);
        --gaps_;
      } else {
        pushed.victim = oldest;
      }
    }
    messages_.push_back(message);
    return pushed;
  }
  if (options_.on_full == OnFull::reject || !blocked) return {Pushed::full};
  blocked_.push_back(blocked);
  return {Pushed::waiting};
}

bool BoundedQueue::push_anyway(Message* message) {
  if (closed_) return false;
  // The back of the queue: what is handled last.
  options_.order == QueueOrder::fifo ? messages_.push_back(message) : messages_.push_front(message);
  return true;
}

void BoundedQueue::push_next(Message* message) {
  options_.order == QueueOrder::fifo ? messages_.push_front(message) : messages_.push_back(message);
}

Message* BoundedQueue::pop() {
  if (messages_.empty()) return nullptr;
  const bool fifo = options_.order == QueueOrder::fifo;
  Message* next = fifo ? messages_.front() : messages_.back();
  fifo ? messages_.pop_front() : messages_.pop_back();
  if (next->gap) --gaps_;
  return next;
}

Message* BoundedQueue::add_gap(Message& message) {
  message.gap = 1;
  if (++gaps_ <= size() + 16) return nullptr;
  return sweep([](Message&) noexcept { return true; });
}

Message* BoundedQueue::sweep(bool (*wanted)(Message&) noexcept) {
  Message* gaps = nullptr;
  std::erase_if(messages_, [&](Message* each) {
    if (!each->gap && wanted(*each)) return false;
    each->next = std::exchange(gaps, each);
    return true;
  });
  gaps_ = 0;
  return gaps;
}

BoundedQueue::Blocked* BoundedQueue::admit() {
  if (blocked_.empty() || is_full()) return nullptr;
  Blocked* admitted = blocked_.front();
  blocked_.pop_front();
  messages_.push_back(admitted->message);
  return admitted;
}

BoundedQueue::Rest BoundedQueue::close() {
  closed_ = true;
  gaps_ = 0;
  for (Blocked* each : blocked_) each->refused = true;
  return {std::exchange(messages_, {}), std::exchange(blocked_, {})};
}

}  // namespace poolder::detail
