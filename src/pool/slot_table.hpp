#pragma once

#include <array>
#include <atomic>
#include <bit>
#include <cassert>
#include <cstddef>
#include <functional>
#include <new>
#include <utility>

#include "worker/slot.hpp"

namespace poolder::detail {

/// A pool's slots, in segments that never move: the first holds the pool's first size, rounded up
/// to a power of two, each further one as many as all before it.
///
/// Thread safety: add by one thread at a time; the rest by any, for an index that was added before.
class SlotTable {
 public:
  explicit SlotTable(std::size_t first)
      : first_(std::bit_ceil(first)), shift_(static_cast<unsigned>(std::countr_zero(first_))) {}
  SlotTable(const SlotTable&) = delete;
  SlotTable& operator=(const SlotTable&) = delete;
  ~SlotTable() {
    for (std::size_t i = 0; i < count_.load(std::memory_order_relaxed); ++i) (*this)[i].~Slot();
    for (auto& segment : segments_)
      ::operator delete (static_cast<void*>(segment.load(std::memory_order_relaxed)),
                         std::align_val_t{alignof(Slot)});
  }

  Slot& operator[](std::size_t index) const noexcept {
    const auto [segment, place] = locate(index);
    return segments_[segment].load(std::memory_order_acquire)[place];
  }

  /// The slot that is there; null: it is none of these.
  const Slot* at_address(const void* address) const noexcept {
    const auto* slot = static_cast<const Slot*>(address);
    for (std::size_t segment = 0; segment < segments_.size(); ++segment) {
      const Slot* first = segments_[segment].load(std::memory_order_acquire);
      if (!first) return nullptr;
      const std::size_t capacity = segment == 0 ? first_ : first_ << (segment - 1);
      if (std::less_equal<>{}(first, slot) && std::less<>{}(slot, first + capacity)) return slot;
    }
    return nullptr;
  }

  /// How many there are, retired ones included.
  std::size_t count() const noexcept { return count_.load(std::memory_order_acquire); }

  template <class... Args>
  Slot& add(Args&&... arguments) {
    const std::size_t index = count_.load(std::memory_order_relaxed);
    const auto [segment, place] = locate(index);
    if (!segments_[segment].load(std::memory_order_relaxed)) {
      const std::size_t capacity = segment == 0 ? first_ : first_ << (segment - 1);
      void* memory = ::operator new (capacity * sizeof(Slot), std::align_val_t{alignof(Slot)});
      segments_[segment].store(static_cast<Slot*>(memory), std::memory_order_release);
    }
    Slot* slot =
        ::new (static_cast<void*>(segments_[segment].load(std::memory_order_relaxed) + place))
            Slot(std::forward<Args>(arguments)...);
    count_.store(index + 1, std::memory_order_release);
    return *slot;
  }

 private:
  std::pair<std::size_t, std::size_t> locate(std::size_t index) const noexcept {
    if (index < first_) return {0, index};
    const auto segment = static_cast<std::size_t>(std::bit_width(index >> shift_));
    assert(segment > 0);
    return {segment, index - (first_ << (segment - 1))};
  }

  const std::size_t first_;
  const unsigned shift_;
  std::atomic<std::size_t> count_{0};
  std::array<std::atomic<Slot*>, 26> segments_{};
};

}  // namespace poolder::detail
