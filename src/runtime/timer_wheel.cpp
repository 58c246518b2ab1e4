#include "runtime/timer_wheel.hpp"

#include <algorithm>
#include <bit>

namespace poolder::detail {

TimerWheel::TimerWheel(Ticks now) noexcept : now_(static_cast<std::uint64_t>(now)) {}

void TimerWheel::arm(Timer& timer, Ticks deadline) noexcept {
  timer.deadline = deadline;
  link(timer);
  ++size_;
}

bool TimerWheel::cancel(Timer& timer) noexcept {
  if (!timer.previous) return false;
  unlink(timer);
  --size_;
  return true;
}

// The level is that of the highest bit in which the deadline differs from now: all the bits above
// are equal, so the slot comes round before any of a higher level.
void TimerWheel::link(Timer& timer) noexcept {
  const std::uint64_t due = std::max(static_cast<std::uint64_t>(timer.deadline), now_);
  const std::uint64_t differs = due ^ now_;
  const unsigned level =
      differs == 0 ? 0 : (static_cast<unsigned>(std::bit_width(differs)) - 1) / bits;
  const unsigned slot = slot_of(due, level);
  List& list = lists_[level][slot];
  timer.next = &list;
  timer.previous = list.previous;
  list.previous->next = &timer;
  list.previous = &timer;
  occupied_[level] |= std::uint64_t{1} << slot;
}

// The last one out clears its slot's bit: both its neighbours are then the slot's list.
void TimerWheel::unlink(Timer& timer) noexcept {
  timer.previous->next = timer.next;
  timer.next->previous = timer.previous;
  if (timer.previous == timer.next) {
    const auto at = static_cast<unsigned>(static_cast<List*>(timer.next) - &lists_[0][0]);
    occupied_[at / slots] &= ~(std::uint64_t{1} << (at % slots));
  }
  timer.previous = timer.next = nullptr;
}

bool TimerWheel::lowest(unsigned& level, unsigned& slot) const noexcept {
  for (level = 0; level < levels; ++level) {
    if (occupied_[level] == 0) continue;
    slot = static_cast<unsigned>(std::countr_zero(occupied_[level]));
    return true;
  }
  return false;
}

std::uint64_t TimerWheel::start_of(unsigned level, unsigned slot) const noexcept {
  const unsigned shift = level * bits;
  const std::uint64_t above = shift + bits >= 64 ? 0 : (now_ >> (shift + bits)) << (shift + bits);
  return above | (std::uint64_t{slot} << shift);
}

void TimerWheel::move_down(unsigned level, unsigned slot) noexcept {
  List& list = lists_[level][slot];
  occupied_[level] &= ~(std::uint64_t{1} << slot);
  Timer* each = list.next;
  list.previous->next = nullptr;
  list.previous = list.next = &list;
  while (each) {
    Timer* following = each->next;
    link(*each);
    each = following;
  }
}

Timer* TimerWheel::take_due(Ticks now) noexcept {
  const auto present = static_cast<std::uint64_t>(now);
  unsigned level = 0, slot = 0;
  while (lowest(level, slot)) {
    const std::uint64_t start = start_of(level, slot);
    if (start > present) break;
    if (level > 0) {
      now_ = std::max(now_, start);
      move_down(level, slot);
      continue;
    }
    now_ = std::max(now_, start);
    Timer& due = *lists_[0][slot].next;
    unlink(due);
    --size_;
    return &due;
  }
  // All that is left is in slots that start later, so nothing changes level by moving on.
  now_ = std::max(now_, present);
  return nullptr;
}

Ticks TimerWheel::next_deadline() const noexcept {
  unsigned level = 0, slot = 0;
  return lowest(level, slot) ? static_cast<Ticks>(std::max(start_of(level, slot), now_)) : never;
}

Ticks TimerWheel::earliest() const noexcept {
  unsigned level = 0, slot = 0;
  if (!lowest(level, slot)) return never;
  const List& list = lists_[level][slot];
  Ticks first = never;
  for (const Timer* each = list.next; each != &list; each = each->next)
    first = std::min(first, each->deadline);
  return std::max(first, static_cast<Ticks>(now_));
}

}  // namespace poolder::detail
