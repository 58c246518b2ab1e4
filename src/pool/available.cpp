// Routing::available and next_available: messages for whoever is free.

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include <poolder/core/error.hpp>

#include "pool/pool_core.hpp"
#include "runtime/relax.hpp"
#include "runtime/wait_graph.hpp"
#include "worker/unsent.hpp"

namespace poolder::detail {

namespace {

std::exception_ptr hopeless_wait() {
  return failure(ErrorCode::would_deadlock,
                 "every worker of the pool waits for room in the pool's queue");
}

}  // namespace

// From the first use on, slots that come to rest say so; those that rest already are listed here,
// and woken for what others have pushed meanwhile.
void PoolCore::begin_sharing() {
  if (!shared_queue_.start_using()) return;
  shared_queue_.list(0, size());
  wake_free_workers(shared_queue_.size());
}

void PoolCore::wake_a_free_worker() noexcept {
  for (std::size_t free = shared_queue_.take_free(); free != SharedQueue::nobody;
       free = shared_queue_.take_free())
    if (slots_[free].wake()) return;
}

// False: full. Throws where it can never be queued; the message is still the caller's then, too.
bool PoolCore::push_shared(Message* message, SharedQueue::Blocked* blocked) {
  thread_local std::uint64_t sent = 0;
  begin_sharing();
  stamp(*message, sent++);
  message->shared = 1;
  const auto [result, victim, admitted] = shared_queue_.push(message, blocked);
  wake_free_workers(admitted);
  if (victim)
    give_up_message(victim, ErrorCode::queue_full,
                    "the pool's queue was full and drops the oldest");
  if (result == SharedQueue::Pushed::closed) fail(ErrorCode::stopped, "the pool has stopped");
  if (result == SharedQueue::Pushed::yes) wake_a_free_worker();
  return result == SharedQueue::Pushed::yes;
}

bool PoolCore::try_share(Unsent& unsent) {
  if (!push_shared(&*unsent, nullptr)) return false;
  unsent.give();
  return true;
}

void PoolCore::share(Unsent& unsent, Ticks deadline) {
  SharedQueue::Blocked blocked{&*unsent, {}};
  if (!push_shared(&*unsent, &blocked)) {
    if (options_.queue.on_full == OnFull::reject)
      fail(ErrorCode::queue_full,
           "the pool's queue holds " + std::to_string(options_.queue.capacity));
    wait_for_shared_room(blocked, deadline);
  }
  unsent.give();
}

// Whoever is in use waits in a handler: nobody could make room. In the cell.
bool PoolCore::all_wait_for_room() const {
  std::set<std::size_t> waiting;
  for (const RoomWait* each : room_waits_)
    for (const std::size_t slot : each->slots)
      if (wants(slot)) waiting.insert(slot);
  return waiting.size() == size();
}

// Returns once the message is queued; else it is the caller's again.
void PoolCore::wait_for_shared_room(SharedQueue::Blocked& blocked, Ticks deadline) {
  RoomWait wait{&blocked, {}};
  for (const Slot* each : owned_here()) wait.slots.push_back(each->index());
  const bool inside = !wait.slots.empty();  // from here on only the cell knows
  if (inside)
    cell_.enter([&] {
      room_waits_.push_back(&wait);
      wait.hopeless = all_wait_for_room();
    });
  std::exception_ptr error;
  try {
    if (wait.hopeless)
      error = hopeless_wait();
    else if (!blocked.room.wait_until(*runtime_, deadline))
      error = failure(ErrorCode::timeout, "no room came up in the pool's queue in time");
  } catch (...) {
    error = std::current_exception();
  }
  if (inside) cell_.enter([&] { std::erase(room_waits_, &wait); });
  if (error && shared_queue_.withdraw(blocked)) std::rethrow_exception(error);
  while (!blocked.room.signalled()) relax();  // admitted or refused this very moment
  if (wait.refused) std::rethrow_exception(hopeless_wait());
  if (blocked.refused) fail(ErrorCode::stopped, "the pool has stopped");
}

// After the pool has shrunk. Room for one is enough, for it makes some for the rest; who came last
// does without. A wait that was listed goes on until it is not, so what it points to is there.
void PoolCore::refuse_room_if_all_wait() {
  WaitPoint* told = nullptr;
  cell_.enter([&] {
    if (room_waits_.empty() || !all_wait_for_room()) return;
    RoomWait& last = **std::find_if(room_waits_.rbegin(), room_waits_.rend(), [&](RoomWait* each) {
      return std::any_of(each->slots.begin(), each->slots.end(),
                         [&](std::size_t slot) { return wants(slot); });
    });
    if (!shared_queue_.withdraw(*last.blocked)) return;  // it has room
    last.refused = true;
    told = &last.blocked->room;
  });
  if (told) told->signal();
}

Ticks PoolCore::worker_by(const CallOptions& options, Ticks deadline) const {
  if (!options.worker_timeout) return deadline;
  return std::min(deadline, after(runtime_->now(), *options.worker_timeout));
}

// False: it has started, and goes on.
bool PoolCore::withdraw(Message& message, ReplyBase& reply, std::exception_ptr error) {
  const auto [done, admitted] = shared_queue_.withdraw(message, reply, std::move(error));
  wake_free_workers(admitted);
  if (!done) return false;
  if (anyone_drains()) slot_idle(any_slot);
  return true;
}

// The wait for a worker is over at the earlier of the two; a call that has started by then goes on
// to the deadline.
void PoolCore::share_call(Unsent& unsent, ReplyBase& reply, const CallOptions& options,
                          Ticks deadline) {
  Message& message = *unsent;
  const Ticks first = worker_by(options, deadline);
  share(unsent, first);
  try {
    if (reply.wait(*runtime_, first)) return;
  } catch (...) {
    withdraw(message, reply, std::current_exception());
    throw;
  }
  constexpr std::string_view late = "no worker was free for the call in time";
  if (withdraw(message, reply, failure(ErrorCode::timeout, late))) fail(ErrorCode::timeout, late);
  if (!reply.wait(*runtime_, deadline))
    fail(ErrorCode::timeout, "the call was not answered in time");
}

// Whoever waits for the future withdraws it at the deadline; at an earlier one of its worker's,
// when nobody may be waiting, the clock does.
void PoolCore::share_request(Unsent& unsent, ReplyBase& reply, const CallOptions& options,
                             Ticks deadline) {
  Message& message = *unsent;
  reply.ends_with_the_wait();
  const Ticks first = worker_by(options, deadline);
  share(unsent, first);
  if (first == deadline) return;
  reply.keep();
  const std::shared_ptr<ReplyBase> kept{&reply, [](ReplyBase* each) { each->release(); }};
  const Duration left{std::max<Ticks>(first - runtime_->now(), 0)};
  run_after(*runtime_, left, [core = weak_from_this(), kept, &message] {
    if (const auto self = core.lock())
      if (self->withdraw(message, *kept,
                         failure(ErrorCode::timeout, "no worker was free for the request in time")))
        kept->publish();
  });
}

// Who has just answered a call is free, though it may take a moment to come to rest, and longer
// where its thread was preempted just then. A listener on its thread may take however long it
// likes.
Slot* PoolCore::take_free_worker(bool patience) {
  constexpr Duration a_nap = std::chrono::microseconds{50};
  constexpr Duration a_moment = std::chrono::milliseconds{1}, preempted = 20 * a_moment;
  constexpr int spins = 20;
  begin_sharing();
  Ticks began = 0;
  for (int look = 0;; ++look) {
    if (Slot* slot = take_listed()) return slot;
    bool settling = false;
    if (Slot* slot = take_unlisted(settling)) return slot;
    if (!settling) return nullptr;
    if (look < spins) {
      relax();
      continue;
    }
    const Ticks now = runtime_->now();
    if (look == spins) began = now;
    const Duration longest = tells_of_a_job() ? a_moment : preempted;
    if (!patience || now >= after(began, longest)) return nullptr;
    WaitPoint nobody;
    nobody.wait_until(*runtime_, after(now, a_nap));
  }
}

Slot* PoolCore::take_listed() {
  for (std::size_t free = shared_queue_.take_free(); free != SharedQueue::nobody;
       free = shared_queue_.take_free()) {
    if (Slot* slot = take(slots_[free])) return slot;
    if (slots_[free].is_paused()) break;
  }
  return nullptr;
}

// Among the first few: one that is at rest but not listed yet, or whether one is about to be.
Slot* PoolCore::take_unlisted(bool& settling) {
  constexpr std::size_t few = 64;
  for (std::size_t i = 0; i < std::min(size(), few); ++i) {
    Slot& slot = slots_[i];
    if (slot.is_idle())
      if (Slot* taken = take(slot)) return taken;
    settling = settling || (!slot.is_paused() && slot.is_settling());
  }
  return nullptr;
}

// Its baton, if it is at rest and nothing keeps it from handling a message.
Slot* PoolCore::take(Slot& slot) {
  if (!slot.mail().enter()) return nullptr;
  if (slot.ready_for_inline()) return &slot;
  slot.hand_back();
  return nullptr;
}

Slot& PoolCore::free_worker(bool patience) {
  Slot* slot = take_free_worker(patience);
  if (!slot) check_open();
  if (!slot) fail(ErrorCode::no_worker, "no worker of the pool is free");
  return *slot;
}

void PoolCore::close_sharing() {
  for (Message* each : shared_queue_.close())
    give_up_message(each, ErrorCode::stopped, "the pool has stopped");
}

}  // namespace poolder::detail
