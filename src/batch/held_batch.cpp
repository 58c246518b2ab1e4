#include "batch/held_batch.hpp"

#include <algorithm>
#include <new>

namespace poolder::detail {

namespace {

std::size_t rounded_up(std::size_t size, std::size_t alignment) {
  return (size + alignment - 1) / alignment * alignment;
}

std::align_val_t alignment_of(const ItemType& type) {
  return std::align_val_t{std::max({alignof(HeldBatch), alignof(std::size_t), type.alignment})};
}

// A sum of weights that would overflow is the greatest there is.
std::size_t sum(std::size_t a, std::size_t b) {
  return a + b < a ? static_cast<std::size_t>(-1) : a + b;
}

}  // namespace

HeldBatch* HeldBatch::make(const ItemType& type, std::size_t capacity, bool weighed) noexcept {
  const std::size_t items_at = rounded_up(sizeof(HeldBatch), type.alignment);
  const std::size_t weights_at = rounded_up(items_at + capacity * type.size, alignof(std::size_t));
  const std::size_t bytes = weights_at + (weighed ? capacity * sizeof(std::size_t) : 0);
  void* const memory = ::operator new(bytes, alignment_of(type), std::nothrow);
  if (!memory) return nullptr;
  auto* const start = static_cast<std::byte*>(memory);
  auto* const weights = weighed ? reinterpret_cast<std::size_t*>(start + weights_at) : nullptr;
  return ::new (memory) HeldBatch(type, capacity, start + items_at, weights);
}

void HeldBatch::free(HeldBatch* batch) noexcept {
  if (!batch) return;
  batch->clear();
  const std::align_val_t alignment = alignment_of(batch->type_);
  batch->~HeldBatch();
  ::operator delete(static_cast<void*>(batch), alignment);
}

void HeldBatch::weigh(std::size_t place, std::size_t weight) noexcept {
  weights_[place] = weight;
  weight_ = sum(weight_, weight);
}

// Moves an item from one place of the ring to another, which is free.
void HeldBatch::shift(std::size_t to, std::size_t from) noexcept {
  type_.move(at(to), at(from));
  type_.destroy(at(from), 1);
  if (weights_) weights_[to] = weights_[from];
}

// Closes the gap from the nearer end.
void HeldBatch::take_at(std::size_t position, void* to) noexcept {
  const std::size_t place = place_of(position);
  type_.move(to, at(place));
  type_.destroy(at(place), 1);
  if (position < count_ / 2) {
    for (std::size_t i = position; i > 0; --i) shift(place_of(i), place_of(i - 1));
    first_ = place_of(1);
  } else {
    for (std::size_t i = position; i + 1 < count_; ++i) shift(place_of(i), place_of(i + 1));
  }
  --count_;
  weight_ = 0;  // summed afresh: a sum that was cut off cannot be taken from
  for (std::size_t i = 0; weights_ && i < count_; ++i)
    weight_ = sum(weight_, weights_[place_of(i)]);
  if (count_ == 0) first_ = 0;
}

void HeldBatch::move_to(HeldBatch& larger, bool to_its_end) noexcept {
  if (to_its_end) larger.first_ = larger.capacity_ - count_;
  for (std::size_t i = 0; i < count_; ++i) {
    const std::size_t from = place_of(i);
    larger.put(larger.place_of(i), at(from), weights_ ? weights_[from] : 0);
    type_.destroy(at(from), 1);
  }
  larger.ticket = ticket;
  larger.attempts = attempts;
  larger.handed_over = handed_over;
  count_ = first_ = weight_ = 0;
}

void HeldBatch::unbox() {
  if (!unboxed_)
    unboxed_ = ::operator new (std::max<std::size_t>(count_ * type_.unboxed_size, 1),
                               std::align_val_t{type_.unboxed_alignment});
  type_.unbox(row(), count_, unboxed_, unboxed_count_);
}

void HeldBatch::clear() noexcept {
  if (unboxed_) {
    type_.destroy_unboxed(unboxed_, unboxed_count_);
    ::operator delete (unboxed_, std::align_val_t{type_.unboxed_alignment});
  }
  const std::size_t to_end = std::min(count_, capacity_ - first_);
  if (to_end > 0) type_.destroy(at(first_), to_end);
  if (count_ > to_end) type_.destroy(at(0), count_ - to_end);
  unboxed_ = nullptr;
  unboxed_count_ = count_ = first_ = weight_ = 0;
  attempts = 0;
}

}  // namespace poolder::detail
