#pragma once

#include <cstddef>
#include <cstdint>
#include <utility>

#include <poolder/batch/detail/batcher_handle.hpp>
#include <poolder/batch/options.hpp>

#include "batch/held_batch.hpp"

namespace poolder::detail {

/// Batches in the order they were added.
class BatchList {
 public:
  bool empty() const noexcept { return !first_; }
  std::size_t count() const noexcept { return count_; }
  HeldBatch* first() const noexcept { return first_; }
  void push_back(HeldBatch& batch) noexcept;
  void push_front(HeldBatch& batch) noexcept;
  HeldBatch* pop_front() noexcept;
  HeldBatch* remove(std::uint64_t ticket) noexcept;
  void append(BatchList& others) noexcept;

 private:
  HeldBatch* first_ = nullptr;
  HeldBatch* last_ = nullptr;
  std::size_t count_ = 0;
};

/// What a batcher holds: the batch that is being collected, those handed over, those in backoff.
/// Not thread-safe: the batcher's, in its cell. Runs nothing of the user's: items that are not
/// plain lie in boxes.
///
/// An item is held from its push until finished() or given up; those that a handler has are held by
/// the batch that next() returned.
class BatchQueue {
 public:
  BatchQueue(const ItemType& item, const BatcherOptions& options);
  ~BatchQueue();
  BatchQueue(const BatchQueue&) = delete;
  BatchQueue& operator=(const BatchQueue&) = delete;

  enum class Pushed { all, full, no_memory };
  /// Moves in what there is room for.
  Pushed push(NewItems& items) noexcept;
  /// The usual push: one that neither opens a batch nor fills it. False: it would be another.
  bool push_inside(void* item) noexcept {
    if (size() == 0 || size() + 1 >= limit_ || open_->is_full() || weighed_ || !has_room())
      return false;
    lifo_ ? open_->push_front(item, 0) : open_->push_back(item, 0);
    ++held_;
    return true;
  }
  /// False: there is none at that index, counted from the queue's front.
  bool pop_at(std::size_t index, void* to) noexcept;
  void hand_over() noexcept;

  std::size_t size() const noexcept { return open_ ? open_->count() : 0; }
  std::size_t held() const noexcept { return held_; }
  bool has_room() const noexcept { return held_ < capacity_; }
  std::size_t spare() const noexcept {
    return spare_.count() + (open_ && open_->count() == 0 ? 1 : 0);
  }
  std::uint64_t pushed_out() const noexcept { return pushed_out_; }
  /// True once after the first item of a batch has come.
  bool take_opened() noexcept { return std::exchange(opened_, false); }

  /// How many batches may be handled now, were there hands enough.
  std::size_t ready() const noexcept;
  /// The next of them; null: none. It is the caller's until one of the next four.
  HeldBatch* next() noexcept;
  /// Handled or given up; it holds no items any more. What is returned is to be freed.
  HeldBatch* finished(HeldBatch& batch) noexcept;
  /// The same, for one whose memory is to be freed with all that is in it.
  void let_go(HeldBatch& batch) noexcept { held_ -= std::exchange(batch.handed_over, 0); }
  /// To be tried again, before all others.
  void again(HeldBatch& batch) noexcept { due_.push_front(batch); }
  /// In backoff until wake(ticket); the ticket.
  std::uint64_t rest(HeldBatch& batch) noexcept;
  /// False: it is not in backoff any more.
  bool wake(std::uint64_t ticket) noexcept;

  /// All that is handed over and not in a handler: not held any more.
  BatchList give_up() noexcept;
  /// Memory that is kept for later, to be freed.
  BatchList give_back_memory() noexcept;
  /// What a handler still has is not counted any more.
  void forget_handlers() noexcept { held_ = size(); }

 private:
  bool add(void* item, std::size_t weight, bool in_front) noexcept;
  bool make_room() noexcept;
  void place(HeldBatch& batch, void* item, std::size_t weight, bool in_front) noexcept;
  void push_out_oldest(void* place) noexcept;
  HeldBatch* take_spare() noexcept;
  bool is_filled() const noexcept {
    return open_ && (open_->count() >= limit_ || open_->weight() >= max_weight_);
  }

  const ItemType& item_;
  const std::size_t limit_, max_weight_, capacity_, max_concurrent_;
  const bool lifo_, drops_oldest_, weighed_;

  HeldBatch* open_ = nullptr;  // null or empty: no batch is being collected
  BatchList waiting_, due_, resting_, spare_;
  std::size_t held_ = 0;
  std::uint64_t pushed_out_ = 0, tickets_ = 0;
  bool opened_ = false;
};

}  // namespace poolder::detail
