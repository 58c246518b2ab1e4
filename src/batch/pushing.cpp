// How items come into a batcher, and who waits for room.

#include <new>
#include <string>
#include <utility>

#include <poolder/core/error.hpp>

#include "batch/batcher_core.hpp"
#include "runtime/handler_note.hpp"
#include "runtime/relax.hpp"
#include "runtime/wait_graph.hpp"

namespace poolder::detail {

void BatcherCore::push(NewItems& items) {
  check_thread();
  // Nearly every push adds to a batch and changes nothing else.
  const auto inside = [&] {
    return is_running() && !first_blocked_ && draining_ == 0 && queue_.push_inside(items.first);
  };
  if (pushes_inside_ && items.count == 1 && !items.in_front && cell_.enter(inside)) return;
  Blocked blocked{items};
  Effects effects;
  const HandlerNote* const here = HandlerNote::innermost(static_cast<Engine*>(this));
  Outcome outcome = cell_.enter([&] {
    blocked.in_handler = here && here->generation() == generation();
    if (blocked.in_handler) blocked.in_hand = here->items();
    return take_in(blocked, effects);
  });
  carry_out(effects);
  if (outcome == Outcome::waiting) {
    wait_for_room(blocked);
    outcome = blocked.outcome;
  }
  if (outcome == Outcome::full)
    fail(ErrorCode::queue_full,
         "the batcher holds " + std::to_string(options_.queue.capacity) + " items");
  if (outcome == Outcome::would_deadlock)
    fail(ErrorCode::would_deadlock,
         "the batcher is full, and all handlers that could make room wait for it");
  if (outcome == Outcome::stopped) fail(ErrorCode::stopped, "the batcher has stopped");
  if (outcome == Outcome::no_memory) throw std::bad_alloc{};
}

BatcherCore::Outcome BatcherCore::take_in(Blocked& pushing, Effects& effects) {
  if (!is_running()) return Outcome::stopped;
  const auto pushed = first_blocked_ ? BatchQueue::Pushed::full : queue_.push(pushing.items);
  Outcome outcome = Outcome::done;
  if (pushed == BatchQueue::Pushed::no_memory) outcome = Outcome::no_memory;
  if (pushed == BatchQueue::Pushed::full) {
    const bool waits = options_.queue.on_full == OnFull::block;
    outcome = waits ? wait_in_line(pushing) : Outcome::full;
  }
  note_push(effects);
  prompt(effects);
  return outcome;
}

// A handler that waits makes no room meanwhile, nor does what it has in hand.
BatcherCore::Outcome BatcherCore::wait_in_line(Blocked& pushing) {
  const std::size_t stuck = blocked_items_ + pushing.in_hand;
  if (pushing.in_handler &&
      (blocked_handlers_ + 1 >= options_.max_concurrent_batches || queue_.held() == stuck))
    return Outcome::would_deadlock;
  if (queue_.held() - queue_.size() == stuck) queue_.hand_over();  // nothing else would make room
  (last_blocked_ ? last_blocked_->next : first_blocked_) = &pushing;
  last_blocked_ = &pushing;
  if (pushing.in_handler) ++blocked_handlers_;
  blocked_items_ += pushing.in_hand;
  return Outcome::waiting;
}

void BatcherCore::note_push(Effects& effects) {
  const bool opened = queue_.take_opened();
  const bool has_timeout = options_.timeout != infinity;
  if ((opened && has_timeout) || (hibernates_ && !has_timeout)) {
    const Ticks now = runtime().now();
    if (opened && has_timeout) {
      deadline_ = after(now, options_.timeout);
      if (deadline_ != never && timeout_.wants_arming()) effects.flush_at = deadline_;
    }
    if (hibernates_) touched(now, effects);
  }
  const std::uint64_t reported = std::exchange(push_outs_reported_, queue_.pushed_out());
  effects.pushed_out += static_cast<std::size_t>(push_outs_reported_ - reported);
  if (draining_ > 0 && queue_.held() == queue_.size()) queue_.hand_over();
}

void BatcherCore::touched(Ticks now, Effects& effects) {
  last_ = now;
  const Ticks due = after(now, options_.hibernate_after);
  if (due != never && hibernation_.wants_arming()) effects.hibernate_at = due;
}

// Who has waited longest comes first.
void BatcherCore::admit(Effects& effects) {
  while (first_blocked_ && queue_.has_room()) {
    Blocked& each = *first_blocked_;
    const auto pushed = queue_.push(each.items);
    if (pushed == BatchQueue::Pushed::full) break;
    each.outcome = pushed == BatchQueue::Pushed::all ? Outcome::done : Outcome::no_memory;
    unlist(each);
    effects.admitted.push_back(&each.room);
  }
  if (first_blocked_ && queue_.held() - queue_.size() == blocked_items_) queue_.hand_over();
  note_push(effects);
}

void BatcherCore::unlist(Blocked& blocked) noexcept {
  Blocked* before = nullptr;
  for (Blocked* each = first_blocked_; each != &blocked; each = each->next) before = each;
  (before ? before->next : first_blocked_) = blocked.next;
  if (last_blocked_ == &blocked) last_blocked_ = before;
  if (blocked.in_handler) --blocked_handlers_;
  blocked_items_ -= blocked.in_hand;
}

// Returns once it is settled; else what has not been moved in is the caller's again.
void BatcherCore::wait_for_room(Blocked& blocked) {
  std::exception_ptr error;
  try {
    const WaitGraph::Edge edge{runtime().wait_graph(), static_cast<Engine*>(this), &blocked.room};
    blocked.room.wait_until(runtime(), never);
  } catch (...) {
    error = std::current_exception();
  }
  if (error && withdraw(blocked)) std::rethrow_exception(error);
  while (!blocked.room.signalled()) relax();  // admitted or refused this very moment
}

bool BatcherCore::withdraw(Blocked& blocked) {
  return cell_.enter([&] {
    for (const Blocked* each = first_blocked_; each; each = each->next) {
      if (each != &blocked) continue;
      unlist(blocked);
      return true;
    }
    return false;
  });
}

}  // namespace poolder::detail
