#pragma once

#include <cstddef>
#include <cstdint>

#include <poolder/batch/detail/item_type.hpp>

namespace poolder::detail {

/// The items of one batch, while they are collected and until they are handled: a ring in one piece
/// of memory, with room for weights beside it. Not thread-safe: the batcher's, in its cell, until
/// whoever handles the batch has taken it out.
class HeldBatch {
 public:
  /// Null: there is no memory.
  static HeldBatch* make(const ItemType& type, std::size_t capacity, bool weighed) noexcept;
  /// The items are destroyed, too.
  static void free(HeldBatch* batch) noexcept;

  std::size_t count() const noexcept { return count_; }
  std::size_t weight() const noexcept { return weight_; }
  std::size_t capacity() const noexcept { return capacity_; }
  bool is_full() const noexcept { return count_ == capacity_; }

  void push_back(void* item, std::size_t weight) noexcept { put(place_of(count_), item, weight); }
  void push_front(void* item, std::size_t weight) noexcept {
    first_ = (first_ == 0 ? capacity_ : first_) - 1;
    put(first_, item, weight);
  }
  /// Moves the item at `position`, from 0, to raw memory.
  void take_at(std::size_t position, void* to) noexcept;
  /// Moves all items to an empty batch with more room: to its end, if it grows towards the front.
  void move_to(HeldBatch& larger, bool to_its_end) noexcept;

  /// They lie one after another.
  bool is_row() const noexcept { return first_ + count_ <= capacity_; }
  /// Where the first item lies, of a row.
  void* row() noexcept { return item(0); }

  /// Takes boxed items out of their boxes, which must lie in a row. Throws what moving them throws;
  /// then it may be called again, and goes on.
  void unbox();
  bool is_unboxed() const noexcept { return unboxed_ != nullptr; }
  void* unboxed() noexcept { return unboxed_; }
  std::size_t unboxed_count() const noexcept { return unboxed_count_; }

  /// Destroys the items: the user's code.
  void clear() noexcept;

  HeldBatch* next = nullptr;    ///< in whichever list it is
  std::uint64_t ticket = 0;     ///< by which its backoff finds it
  int attempts = 0;             ///< made so far
  std::size_t handed_over = 0;  ///< how many items count as held for it; set when it is taken out

 private:
  HeldBatch(const ItemType& type, std::size_t capacity, std::byte* items, std::size_t* weights)
      : type_(type), capacity_(capacity), items_(items), weights_(weights) {}

  std::size_t wrapped(std::size_t place) const noexcept {
    return place >= capacity_ ? place - capacity_ : place;
  }
  std::size_t place_of(std::size_t position) const noexcept { return wrapped(first_ + position); }
  void* at(std::size_t place) noexcept { return items_ + place * type_.size; }
  void* item(std::size_t position) noexcept { return at(place_of(position)); }
  void put(std::size_t place, void* item, std::size_t weight) noexcept {
    type_.move(at(place), item);
    ++count_;
    if (weights_) weigh(place, weight);
  }
  void weigh(std::size_t place, std::size_t weight) noexcept;
  void shift(std::size_t to, std::size_t from) noexcept;

  const ItemType& type_;
  const std::size_t capacity_;
  std::byte* const items_;
  std::size_t* const weights_;  // null: not weighed
  std::size_t first_ = 0, count_ = 0, weight_ = 0;
  void* unboxed_ = nullptr;
  std::size_t unboxed_count_ = 0;
};

}  // namespace poolder::detail
