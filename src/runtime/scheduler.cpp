#include "runtime/scheduler.hpp"

#include <algorithm>

#include "runtime/crowd.hpp"
#include "runtime/relax.hpp"

namespace poolder::detail {

namespace {

constexpr std::size_t grab = 48;  // cells taken from outside at once, while turns are short
constexpr unsigned most_in_a_row =
    16;  // a pair of cells that wake each other lets others in after this many
constexpr std::uint32_t short_turn = 300;  // nanoseconds
constexpr std::uint32_t long_turn = 5'000;

}  // namespace

void Scheduler::push(Runnable& cell) {
  SchedulerThread* self = SchedulerThread::current();
  const bool normal = cell.priority() == Priority::normal;
  Seat* seat =
      self && &self->scheduler == this ? self->seat.load(std::memory_order_relaxed) : nullptr;
  if (!normal || !seat || mean_ns_.load(std::memory_order_relaxed) > long_turn)
    return push_last(cell);

  // Runs next on this core: ping-pong stays where its data is.
  if (Runnable* displaced = seat->next.exchange(&cell, std::memory_order_seq_cst))
    push_last(*displaced);
  // Whoever takes the seat away looks at `next` after; if that was already, nobody will look again.
  if (self->seat.load(std::memory_order_seq_cst) != seat)
    if (Runnable* stranded = seat->next.exchange(nullptr, std::memory_order_acq_rel))
      push_last(*stranded);
}

void Scheduler::push_last(Runnable& cell) {
  const Priority priority = cell.priority();  // once it is queued it may be run, and gone
  if (priority == Priority::normal) {
    SchedulerThread* self = SchedulerThread::current();
    Seat* seat =
        self && &self->scheduler == this ? self->seat.load(std::memory_order_relaxed) : nullptr;
    if (!seat || !seat->ring.push(&cell)) injected_[my_shard()]->push(&cell);
  } else {
    queue_of(priority).push(&cell);
    (priority == Priority::low ? low_ : urgent_).fetch_add(1, std::memory_order_relaxed);
    if (priority != Priority::low && !has_urgent_.load(std::memory_order_relaxed))
      has_urgent_.store(true, std::memory_order_relaxed);
  }
  publish();
}

std::size_t Scheduler::my_shard() const noexcept {
  static std::atomic<std::size_t> threads{0};
  thread_local const std::size_t mine = threads.fetch_add(1, std::memory_order_relaxed) % shards;
  return mine;
}

Runnable* Scheduler::next(SchedulerThread& self) {
  for (;;) {
    Runnable* cell = take(self);
    if (!cell) cell = search(self);
    if (!cell) {
      const bool nothing =
          !self.seat.load(std::memory_order_relaxed)->next.load(std::memory_order_relaxed) &&
          !any_work();
      if (nothing && stopping_.load(std::memory_order_acquire)) return nullptr;
      continue;
    }
    // A first turn that is likely to be short still counts as search: to say otherwise would cost
    // two cache lines on the way to the cell. Where it turns out long, the watcher's tick sees it;
    // urgent cells would not wait so long, so not where there are any.
    const bool is_first_of_short = self.ran == 0 &&
                                   mean_ns_.load(std::memory_order_relaxed) <= 1'000 &&
                                   !has_urgent_.load(std::memory_order_relaxed);
    if (!is_first_of_short && self.searching.load(std::memory_order_relaxed)) {
      // The last to search, and there is more: another should look while this one works.
      stop_searching(self);
      const std::size_t asleep = asleep_.load(std::memory_order_relaxed);
      if (asleep > 0 && any_work() && worth_waking(asleep)) wake_one();
    }
    if (self.ran++ == 0)
      self.stretch_began = std::chrono::steady_clock::now().time_since_epoch().count();
    return cell;
  }
}

// By priority; within normal: the seat's own, newest first, then outside's, with a look at outside
// and at low now and then.
Runnable* Scheduler::take(SchedulerThread& self) {
  if (urgent_waiting())
    if (Runnable* cell = take_urgent()) return cell;
  ++self.turns;
  if (self.turns % 9 == 0 && low_.load(std::memory_order_relaxed) > 0)
    if (Runnable* cell = take_low()) return cell;
  Seat& seat = *self.seat.load(std::memory_order_relaxed);
  if (self.turns % 64 == 0) {
    if (Runnable* cell = take_injected(self)) return cell;
  }
  if (self.in_a_row < most_in_a_row && seat.next.load(std::memory_order_relaxed)) {
    ++self.in_a_row;
    if (Runnable* cell = seat.next.exchange(nullptr, std::memory_order_acq_rel)) return cell;
  }
  self.in_a_row = 0;
  if (Runnable* cell = seat.ring.pop()) return cell;
  if (Runnable* cell = take_injected(self)) return cell;
  return low_.load(std::memory_order_relaxed) > 0 ? take_low() : nullptr;
}

Runnable* Scheduler::take_low() {
  Runnable* cell = queue_of(Priority::low).pop();
  if (cell) low_.fetch_sub(1, std::memory_order_relaxed);
  return cell;
}

Runnable* Scheduler::take_urgent() {
  for (const Priority priority : {Priority::max, Priority::high}) {
    if (Runnable* cell = queue_of(priority).pop()) {
      urgent_.fetch_sub(1, std::memory_order_relaxed);
      return cell;
    }
  }
  return nullptr;
}

// What is taken beyond the first goes into the seat's ring, where others can steal it: one long job
// holds up no other.
Runnable* Scheduler::take_injected(SchedulerThread& self) {
  Runnable* taken[grab];
  const std::size_t most = mean_ns_.load(std::memory_order_relaxed) > 1'000 ? 1 : grab;
  Seat& seat = *self.seat.load(std::memory_order_relaxed);
  for (std::size_t i = 0; i < shards; ++i) {
    const std::size_t shard = (self.shard + i) % shards;
    if (const std::size_t found = injected_[shard]->pop(taken, most)) {
      self.shard = shard;
      for (std::size_t j = 1; j < found; ++j)
        if (!seat.ring.push(taken[j])) injected_[shard]->push(taken[j]);
      return taken[0];
    }
  }
  return nullptr;
}

Runnable* Scheduler::steal(SchedulerThread& self) {
  Seat* mine = self.seat.load(std::memory_order_relaxed);
  for (auto& other : seats_) {
    if (other.get() == mine) continue;
    Runnable* first = nullptr;
    for (std::size_t left = (other->ring.size() + 1) / 2; left > 0; --left) {
      Runnable* cell = other->ring.pop();
      if (!cell) break;
      if (!first) {
        first = cell;
      } else if (!mine->ring.push(cell)) {
        injected_[self.shard]->push(cell);
      }
    }
    if (first) return first;
  }
  return nullptr;
}

// Nothing where it is usually found: looks on for as long as a wake-up would take, then sleeps.
Runnable* Scheduler::search(SchedulerThread& self) {
  const bool stream = self.ran >= 8 && mean_ns_.load(std::memory_order_relaxed) < short_turn;
  if (self.ran > 0) measure(self);
  if (stream)
    for (int i = 0; i < 24; ++i)
      relax();  // the producer keeps its cache lines meanwhile, and we get a batch
  const auto look = [&] {
    Runnable* cell = take(self);
    return cell ? cell : steal(self);
  };
  if (Runnable* cell = look()) return cell;
  if (!self.searching.load(std::memory_order_relaxed)) {
    int none = 0;
    if (searching_.compare_exchange_strong(none, 1, std::memory_order_seq_cst))
      self.searching.store(true, std::memory_order_relaxed);
  }
  const bool crowded = Crowd::instance().is_big();
  const bool looks_out =
      !crowded && self.searching.load(std::memory_order_relaxed) && self.hope.looks();
  if (looks_out) {
    for (int i = 0; i < spin_; i += 4) {
      for (int k = 0; k < 4; ++k) relax();
      if (Runnable* cell = (i & 63) == 0 ? look() : take(self)) {
        self.hope.was_right();
        return cell;
      }
    }
  }
  for (int i = crowded ? 8 : 2; i > 0; --i) {
    std::this_thread::yield();
    if (Runnable* cell = look()) {
      // Who brought it had to wait for this core. To have found nothing at all says nothing of the
      // next time.
      if (looks_out) self.hope.was_wrong();
      return cell;
    }
  }
  if (self.seat.load(std::memory_order_relaxed)->next.load(std::memory_order_relaxed))
    return nullptr;
  sleep(self);
  return nullptr;
}

// The mean over the stretch of work that ends here; one reading of the clock for each stretch.
void Scheduler::measure(SchedulerThread& self) {
  const std::uint32_t before = mean_ns_.load(std::memory_order_relaxed);
  if (self.ran >= 8 || before > 1'000) {
    const Ticks now = std::chrono::steady_clock::now().time_since_epoch().count();
    const Ticks mean = (now - self.stretch_began) / static_cast<Ticks>(self.ran);
    const auto rounded = static_cast<std::uint32_t>(std::min<Ticks>(mean, 1'000'000'000));
    if (rounded > before * 2 || rounded * 2 < before)
      mean_ns_.store(rounded, std::memory_order_relaxed);
  }
  self.ran = 0;
}

void Scheduler::release_later(std::shared_ptr<void> last) {
  Retired retired{std::move(last), {}};
  std::lock_guard lock(mutex_);
  for (auto& thread : threads_)
    if (const std::uint64_t turn = thread->turn.load(std::memory_order_acquire); turn % 2 == 1)
      retired.turns.emplace_back(thread.get(), turn);
  // Kept until the watcher's tick, which comes after its timers; else it goes at once, after the
  // lock.
  if (!retired.turns.empty() || timers_fire_.load(std::memory_order_acquire))
    retired_.push_back(std::move(retired));
}

std::vector<std::shared_ptr<void>> Scheduler::take_released() {
  std::vector<std::shared_ptr<void>> released;
  const auto over = [](const auto& turn) {
    return turn.first->turn.load(std::memory_order_acquire) != turn.second;
  };
  for (Retired& each : retired_) {
    std::erase_if(each.turns, over);
    if (each.turns.empty()) released.push_back(std::move(each.last));
  }
  std::erase_if(retired_, [](const Retired& each) { return !each.last; });
  return released;
}

bool Scheduler::tick(Ticks now) {
  ticks_.fetch_add(1, std::memory_order_relaxed);
  std::vector<Runnable*> held_up;
  std::vector<Seat*> blocked;
  std::vector<std::shared_ptr<void>> released;
  bool stuck = false;
  {
    std::lock_guard lock(mutex_);
    released = take_released();
    const bool waiting = any_work();
    for (auto& thread : threads_) {
      Seat* seat = thread->seat.load(std::memory_order_relaxed);
      Activation* activation = thread->activation.load(std::memory_order_acquire);
      const Ticks lasted = seat && activation ? activation->watch(now) : 0;
      // Be it in a handler, between two of them, or in the destructor of a message.
      if (seat && thread->has_not_moved()) {
        stuck = true;
        stop_searching(*thread);
      }
      if (lasted <= 0) continue;
      stuck = true;
      if (Runnable* next = seat->next.exchange(nullptr, std::memory_order_acq_rel))
        held_up.push_back(next);
      if (Duration{lasted} < options_.blocked_after || (!waiting && held_up.empty())) continue;
      if (!activation->unseat_watched()) continue;
      if (Seat* taken = thread->seat.exchange(nullptr, std::memory_order_seq_cst))
        blocked.push_back(taken);
    }
  }
  if (const auto core = released.empty() ? nullptr : core_.lock())
    run_detached(*core,
                 [released = std::move(released)] {});  // what goes with them may be the user's
  for (Runnable* cell : held_up) injected_[my_shard()]->push(cell);
  for (Seat* seat : blocked) hand_over(*seat);
  const std::size_t asleep = asleep_.load(std::memory_order_relaxed);
  if (stuck && asleep > 0 && any_work()) wake_one();
  return asleep < seats_.size();
}

bool Scheduler::any_work() const noexcept {
  if (urgent_.load(std::memory_order_relaxed) > 0 || low_.load(std::memory_order_relaxed) > 0)
    return true;
  for (const auto& queue : injected_)
    if (queue->size() > 0) return true;
  for (const auto& seat : seats_)
    if (seat->ring.size() > 0) return true;
  return false;
}

}  // namespace poolder::detail
