#include "worker/shared_queue.hpp"

#include <utility>

#include <poolder/worker/detail/worker_type.hpp>

namespace poolder::detail {

namespace {

ReplyBase* reply_of(Message& message) noexcept {
  const auto& type = static_cast<const WorkerMessageType&>(*message.type);
  return type.reply ? type.reply(message) : nullptr;
}

void free_all(Message* chain) noexcept {
  while (chain) free_message(std::exchange(chain, chain->next));
}

}  // namespace

bool SharedQueue::start_using() noexcept {
  return !in_use() && !in_use_.exchange(true, std::memory_order_seq_cst);
}

void SharedQueue::list(std::size_t first, std::size_t count) {
  cell_.enter([&] {
    for (std::size_t i = first + count; i > first; --i) list_one(i - 1);
  });
}

// In the cell.
void SharedQueue::list_one(std::size_t slot) {
  if (slot >= listed_.size()) listed_.resize(slot + 1);
  if (listed_[slot]) return;
  listed_[slot] = true;
  free_.push_back(static_cast<std::uint32_t>(slot));
}

SharedQueue::Push SharedQueue::push(Message* message, Blocked* blocked) {
  const Push pushed = cell_.enter([&] {
    const Push result = queue_.push(message, blocked);
    measure();
    return result;
  });
  free_all(pushed.gaps);
  return pushed;
}

bool SharedQueue::push_anyway(Message* message) {
  return cell_.enter([&] {
    const bool taken = queue_.push_anyway(message);
    measure();
    return taken;
  });
}

bool SharedQueue::withdraw(Blocked& blocked) {
  return cell_.enter([&] { return queue_.withdraw(blocked); });
}

Message* SharedQueue::pop_unless(const std::atomic<std::uint32_t>& control, std::uint32_t unless) {
  Message* withdrawn = nullptr;
  Blocked* admitted = nullptr;
  Message* message = cell_.enter([&]() -> Message* {
    if ((control.load(std::memory_order_acquire) & unless) != 0) return nullptr;
    Message* next = queue_.pop();
    for (; next; next = queue_.pop()) {
      ReplyBase* reply = reply_of(*next);
      if (!reply || reply->start()) break;
      next->next = std::exchange(withdrawn, next);
    }
    admitted = queue_.admit();
    measure();
    return next;
  });
  if (admitted) admitted->room.signal();
  free_all(withdrawn);
  return message;
}

bool SharedQueue::withdraw(Message& message, ReplyBase& call, std::exception_ptr error) {
  Message* gaps = nullptr;
  Blocked* admitted = nullptr;
  const bool withdrawn = cell_.enter([&] {
    if (!call.fail_unless_started(std::move(error))) return false;
    gaps = queue_.add_gap(message);
    admitted = queue_.admit();
    measure();
    return true;
  });
  if (admitted) admitted->room.signal();
  free_all(gaps);
  return withdrawn;
}

bool SharedQueue::comes_to_rest(std::size_t slot, bool may_work) {
  return cell_.enter([&] {
    if (may_work && queue_.size() > 0) return true;
    list_one(slot);
    return false;
  });
}

std::size_t SharedQueue::take_free() {
  return cell_.enter([&]() -> std::size_t {
    if (free_.empty()) return nobody;
    const std::size_t slot = free_.back();
    free_.pop_back();
    listed_[slot] = false;
    return slot;
  });
}

std::deque<Message*> SharedQueue::close() {
  BoundedQueue::Rest rest = cell_.enter([&] {
    auto given = queue_.close();
    measure();
    return given;
  });
  for (Blocked* each : rest.blocked) each->room.signal();
  return std::move(rest.messages);
}

void SharedQueue::reopen() {
  cell_.enter([&] { queue_.reopen(); });
}

}  // namespace poolder::detail
