#include "worker/slot_owner.hpp"

#include <cassert>

#include <poolder/runtime/detail/reply.hpp>

#include "worker/slot.hpp"

namespace poolder::detail {

void SlotOwner::stamp(Message& message, std::uint64_t turn) const noexcept {
  if (turn % 64 != 0 && queue_.max_wait == infinity) return;
  const auto now = static_cast<std::uint64_t>(runtime_.now() / 1'000);
  message.queued_us = (now == 0 ? 1 : now) & Message::time_mask;
}

void SlotOwner::give_up_message(Message* message, ErrorCode code, std::string_view why) noexcept {
  const auto& type = static_cast<const WorkerMessageType&>(*message->type);
  ReplyBase* reply = type.reply ? type.reply(*message) : nullptr;
  if (reply) reply->fail(failure(code, why));
  if (!reply || !reply->withdrawn())
    dropped(type.name, why, {}, static_cast<int>(message->attempt));
  free_message(message);
}

void SlotOwner::report_hook(std::string_view hook, const std::exception_ptr& error) noexcept {
  if (is_first(8)) log(std::string(hook) + " threw: " + std::string(describe(error)));
}

bool SlotOwner::is_first(std::uint32_t kind) noexcept {
  return (logged_.fetch_or(kind, std::memory_order_relaxed) & kind) == 0;
}

Pid SlotOwner::new_pid(std::size_t index) noexcept {
  static std::atomic<std::uint64_t> last{0};
  return Pid::make(last.fetch_add(1, std::memory_order_relaxed) + 1, index);
}

void SlotOwner::refuse(const Slot& slot) const {
  const auto [code, why] = refusal(slot);
  fail(code, why);
}

void SlotOwner::give_up_refused(const Slot& slot, Message* message) noexcept {
  const auto [code, why] = refusal(slot);
  give_up_message(message, code, why);
}

void SlotOwner::worker_exits(Slot&) {}

bool SlotOwner::wants(std::size_t) const noexcept { return true; }

WorkerBox* SlotOwner::take_arrival(std::size_t) { return nullptr; }

void SlotOwner::requeue_elsewhere(Message* message) noexcept {
  assert(false && "a slot whose owner does not shrink is always in use");
  give_up_message(message, ErrorCode::stopped, "its slot is no more");
}

}  // namespace poolder::detail
