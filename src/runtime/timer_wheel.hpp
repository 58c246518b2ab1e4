#pragma once

#include <array>
#include <cstdint>

#include <poolder/runtime/detail/timer.hpp>

namespace poolder::detail {

/// A hierarchical timing wheel (Varghese and Lauck, 1987) at full nanosecond resolution: eleven
/// levels of 64 slots, a level for each six bits in which a deadline differs from the present. Arm
/// and cancel are O(1); a timer moves down at most ten times before it is due. Timers with equal
/// deadlines fire in the order armed.
///
/// Not thread-safe; owned by one Timekeeper.
class TimerWheel {
 public:
  explicit TimerWheel(Ticks now) noexcept;

  void arm(Timer& timer, Ticks deadline) noexcept;
  /// False: it was not armed.
  bool cancel(Timer& timer) noexcept;

  /// The next timer that is due at `now`, no longer armed; null: none.
  Timer* take_due(Ticks now) noexcept;

  /// No timer is due before this; `never` where there is none. It may be early by a
  /// level's slot: then take_due returns null and the next call says more.
  Ticks next_deadline() const noexcept;

  /// The exact earliest deadline. O(timers of one slot).
  Ticks earliest() const noexcept;

  std::size_t size() const noexcept { return size_; }

 private:
  static constexpr unsigned bits = 6, slots = 1u << bits, levels = 11;

  struct List : Timer {
    List() noexcept : Timer(nullptr) { previous = next = this; }
  };

  static unsigned slot_of(std::uint64_t time, unsigned level) noexcept {
    return static_cast<unsigned>(time >> (level * bits)) & (slots - 1);
  }
  void link(Timer& timer) noexcept;
  void unlink(Timer& timer) noexcept;
  bool lowest(unsigned& level, unsigned& slot) const noexcept;
  std::uint64_t start_of(unsigned level, unsigned slot) const noexcept;
  void move_down(unsigned level, unsigned slot) noexcept;

  std::uint64_t now_;  // nothing armed is before it, but what was late when armed
  std::size_t size_ = 0;
  std::array<std::uint64_t, levels> occupied_{};  // a bit for each slot that holds timers
  std::array<std::array<List, slots>, levels> lists_;
};

}  // namespace poolder::detail
