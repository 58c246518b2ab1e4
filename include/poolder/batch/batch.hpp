#pragma once

#include <cstddef>
#include <iterator>
#include <utility>
#include <vector>

namespace poolder {

namespace detail {

/// What a handler may touch of a batch, without the type.
struct BatchItems {
  void* first = nullptr;
  std::size_t count = 0;
  bool taken = false;
};

}  // namespace detail

/// The items of a batch with their positions in it, from 0: a range of pairs (position, T*).
template <class T>
class IndexedBatch {
 public:
  class iterator {
   public:
    using value_type = std::pair<std::size_t, T*>;
    using reference = value_type;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::input_iterator_tag;
    using iterator_concept = std::forward_iterator_tag;

    iterator() = default;
    iterator(T* first, std::size_t at) noexcept : first_(first), at_(at) {}

    value_type operator*() const noexcept { return {at_, first_ + at_}; }
    iterator& operator++() noexcept { return ++at_, *this; }
    iterator operator++(int) noexcept { return iterator{first_, at_++}; }
    bool operator==(const iterator& other) const noexcept { return at_ == other.at_; }

   private:
    T* first_ = nullptr;
    std::size_t at_ = 0;
  };

  IndexedBatch(T* first, std::size_t count) noexcept : first_(first), count_(count) {}

  std::size_t size() const noexcept { return count_; }
  iterator begin() const noexcept { return {first_, 0}; }
  iterator end() const noexcept { return {first_, count_}; }

 private:
  T* first_;
  std::size_t count_;
};

/// What a handle_batch is given: the items, one after another in memory; the same ones in the same
/// order at each attempt, as the attempt before left them. Good until the handler returns.
template <class T>
class Batch {
 public:
  Batch(const Batch&) = delete;
  Batch& operator=(const Batch&) = delete;

  std::size_t size() const noexcept { return items_.count; }
  bool empty() const noexcept { return items_.count == 0; }
  T* begin() noexcept { return static_cast<T*>(items_.first); }
  T* end() noexcept { return begin() + items_.count; }
  const T* begin() const noexcept { return static_cast<const T*>(items_.first); }
  const T* end() const noexcept { return begin() + items_.count; }
  T& operator[](std::size_t position) noexcept { return begin()[position]; }

  /// The items with their positions, as handed over.
  IndexedBatch<T> indexed() noexcept { return {begin(), size()}; }

  /// The items themselves, moved out; the batch is empty then. There is no further attempt with
  /// what has been taken: if the handler throws after, the batch is given up, and handle_dropped
  /// gets what is left of it.
  std::vector<T> take() && {
    std::vector<T> taken;
    taken.reserve(items_.count);
    items_.taken = true;
    while (items_.count > 0) {
      taken.push_back(std::move(*begin()));
      items_.first = begin() + 1;
      --items_.count;
    }
    return taken;
  }

  /// For poolder's batchers.
  explicit Batch(detail::BatchItems& items) noexcept : items_(items) {}

 private:
  detail::BatchItems& items_;
};

}  // namespace poolder
