#pragma once

#include <atomic>
#include <cstddef>
#include <memory>

namespace poolder::detail {

/// A bounded queue of pointers for any number of producers and consumers (Dmitry Vyukov's,
/// 1024cores.net).
///
/// Thread safety: all of it from any thread. Producers touch the tail and a place, consumers the
/// head and a place. A push that fills a place pairs (release) with the pop that empties it
/// (acquire), and the reverse.
template <class T>
class Ring {
 public:
  /// `capacity` is a power of two.
  explicit Ring(std::size_t capacity)
      : mask_(capacity - 1), places_(std::make_unique<Place[]>(capacity)) {
    for (std::size_t i = 0; i < capacity; ++i) places_[i].turn.store(i, std::memory_order_relaxed);
  }

  /// False: full.
  bool push(T* item) noexcept {
    auto tail = tail_.load(std::memory_order_relaxed);
    for (;;) {
      Place& place = places_[tail & mask_];
      const auto ahead =
          static_cast<std::ptrdiff_t>(place.turn.load(std::memory_order_acquire) - tail);
      if (ahead < 0) return false;
      if (ahead > 0) {
        tail = tail_.load(std::memory_order_relaxed);
      } else if (tail_.compare_exchange_weak(tail, tail + 1, std::memory_order_relaxed)) {
        place.item.store(item, std::memory_order_relaxed);
        place.turn.store(tail + 1, std::memory_order_release);
        __builtin_prefetch(&places_[(tail + 12) & mask_], 1);
        return true;
      }
    }
  }

  /// Takes up to `most` of the oldest in one step; how many.
  std::size_t pop(T** out, std::size_t most) noexcept {
    auto head = head_.load(std::memory_order_relaxed);
    for (;;) {
      std::size_t found = 0;
      for (; found < most; ++found) {
        Place& place = places_[(head + found) & mask_];
        if (place.turn.load(std::memory_order_acquire) != head + found + 1) break;
        out[found] = place.item.load(std::memory_order_relaxed);
      }
      if (found == 0) {
        const auto now = head_.load(std::memory_order_relaxed);
        if (now == head) return 0;
        head = now;
      } else if (head_.compare_exchange_weak(head, head + found, std::memory_order_acq_rel,
                                             std::memory_order_relaxed)) {
        for (std::size_t i = 0; i < found; ++i)
          places_[(head + i) & mask_].turn.store(head + i + mask_ + 1, std::memory_order_release);
        return found;
      }
    }
  }

  T* pop() noexcept {
    T* item = nullptr;
    return pop(&item, 1) == 1 ? item : nullptr;
  }

  /// How many are there, about; exact where nobody else is at it. Never 0 where a push has been
  /// completed and not yet popped.
  std::size_t size() const noexcept {
    const auto head = head_.load(std::memory_order_relaxed);
    const auto tail = tail_.load(std::memory_order_relaxed);
    return tail > head ? tail - head : 0;
  }

 private:
  struct Place {
    std::atomic<std::size_t> turn;
    std::atomic<T*> item;  // read before it is claimed, so atomic
  };

  alignas(128) std::atomic<std::size_t> tail_{0};
  alignas(128) std::atomic<std::size_t> head_{0};
  alignas(128) const std::size_t mask_;
  std::unique_ptr<Place[]> places_;
};

}  // namespace poolder::detail
