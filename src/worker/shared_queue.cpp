#include "worker/shared_queue.hpp"

#include <utility>

#include <poolder/worker/detail/worker_type.hpp>

namespace poolder::detail {

namespace {

ReplyBase* reply_of(Message& message) noexcept {
  const auto& type = static_cast<const WorkerMessageType&>(*message.type);
  return type.reply ? type.reply(message) : nullptr;
}

bool is_wanted(Message& message) noexcept {
  const ReplyBase* reply = reply_of(message);
  return !reply || reply->is_pending();
}

// In the cell. False: nobody waits for it any more, and it is not to be handled.
bool start(Message& message) noexcept {
  ReplyBase* reply = reply_of(message);
  return !reply || reply->start_unless_settled();
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

std::size_t SharedQueue::Let::settle() noexcept {
  std::size_t count = 0;
  for (; admitted; ++count) {
    Blocked* each = std::exchange(admitted, admitted->next);
    each->room.signal();  // it may be gone from here on
  }
  free_all(std::exchange(unwanted, nullptr));
  return count;
}

// In the cell. Whoever has waited goes before who comes now.
void SharedQueue::make_room(Let& let) {
  if (!queue_.is_full()) return;
  const std::uint64_t given_up = ReplyBase::given_up();
  if (std::exchange(looked_at_, given_up) == given_up) return;
  let.unwanted = queue_.sweep(&is_wanted);
  admit(let);
}

// In the cell.
void SharedQueue::admit(Let& let) {
  while (Blocked* each = queue_.admit()) each->next = std::exchange(let.admitted, each);
}

SharedQueue::Push SharedQueue::push(Message* message, Blocked* blocked) {
  Let let;
  BoundedQueue::Push pushed = cell_.enter([&] {
    make_room(let);
    BoundedQueue::Push result = queue_.push(message, blocked);
    if (result.victim && !start(*result.victim)) {
      result.victim->next = std::exchange(result.gaps, result.victim);
      result.victim = nullptr;
    }
    measure();
    return result;
  });
  free_all(pushed.gaps);
  return {pushed.result, pushed.victim, let.settle()};
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

SharedQueue::Popped SharedQueue::pop_unless(const std::atomic<std::uint32_t>& control,
                                            std::uint32_t unless) {
  Let let;
  Message* message = cell_.enter([&]() -> Message* {
    if ((control.load(std::memory_order_acquire) & unless) != 0) return nullptr;
    Message* next = queue_.pop();
    for (; next && !start(*next); next = queue_.pop())
      next->next = std::exchange(let.unwanted, next);
    admit(let);
    measure();
    return next;
  });
  return {message, let.settle()};
}

// The message is touched only where the reply was still pending: then it lies here.
SharedQueue::Withdrawn SharedQueue::withdraw(Message& message, ReplyBase& call,
                                             std::exception_ptr error) {
  Let let;
  const bool done = cell_.enter([&] {
    if (!call.fail_unless_started(std::move(error))) return false;
    let.unwanted = queue_.add_gap(message);
    admit(let);
    measure();
    return true;
  });
  return {done, let.settle()};
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
    for (Message* each : given.messages) (void)start(*each);
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
