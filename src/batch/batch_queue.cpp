#include "batch/batch_queue.hpp"

#include <algorithm>

namespace poolder::detail {

void BatchList::push_back(HeldBatch& batch) noexcept {
  batch.next = nullptr;
  (last_ ? last_->next : first_) = &batch;
  last_ = &batch;
  ++count_;
}

void BatchList::push_front(HeldBatch& batch) noexcept {
  batch.next = first_;
  first_ = &batch;
  if (!last_) last_ = &batch;
  ++count_;
}

HeldBatch* BatchList::pop_front() noexcept {
  HeldBatch* const batch = first_;
  if (!batch) return nullptr;
  first_ = batch->next;
  if (!first_) last_ = nullptr;
  --count_;
  return batch;
}

HeldBatch* BatchList::remove(std::uint64_t ticket) noexcept {
  HeldBatch* before = nullptr;
  for (HeldBatch* each = first_; each; before = each, each = each->next) {
    if (each->ticket != ticket) continue;
    (before ? before->next : first_) = each->next;
    if (last_ == each) last_ = before;
    --count_;
    return each;
  }
  return nullptr;
}

void BatchList::append(BatchList& others) noexcept {
  while (HeldBatch* each = others.pop_front()) push_back(*each);
}

BatchQueue::BatchQueue(const ItemType& item, const BatcherOptions& options)
    : item_(item),
      limit_(options.limit),
      max_weight_(options.max_weight),
      capacity_(options.queue.capacity),
      max_concurrent_(options.max_concurrent_batches),
      lifo_(options.order == BatchOrder::lifo),
      drops_oldest_(options.queue.on_full == OnFull::drop_oldest),
      weighed_(options.max_weight != unlimited) {}

BatchQueue::~BatchQueue() {
  for (BatchList* list : {&waiting_, &due_, &resting_, &spare_})
    while (HeldBatch* each = list->pop_front()) HeldBatch::free(each);
  HeldBatch::free(open_);
}

BatchQueue::Pushed BatchQueue::push(NewItems& items) noexcept {
  for (; items.done < items.count; ++items.done) {
    const bool full = !has_room();
    if (full && !drops_oldest_) return Pushed::full;
    if (full && waiting_.empty() && size() == 0) {
      ++pushed_out_;  // all else is in handlers' hands: the new one goes
      continue;
    }
    void* const item = items.first + items.done * item_.size;
    if (!add(item, items.weights ? items.weights[items.done] : 0, items.in_front))
      return Pushed::no_memory;
    ++held_;
    if (full) push_out_oldest(item);
    if (is_filled()) hand_over();
  }
  return Pushed::all;
}

// False: there is no memory, and nothing has changed.
bool BatchQueue::add(void* item, std::size_t weight, bool in_front) noexcept {
  const bool fits = size() == 0 || !weighed_ ||
                    (weight <= max_weight_ && open_->weight() <= max_weight_ - weight);
  if (!fits && in_front) {
    HeldBatch* const alone = take_spare();
    if (!alone) return false;
    alone->push_back(item, weight);
    waiting_.push_back(*alone);
    return true;
  }
  if (!fits) hand_over();
  if (!make_room()) return false;
  if (size() == 0) opened_ = true;
  place(*open_, item, weight, in_front);
  return true;
}

void BatchQueue::place(HeldBatch& batch, void* item, std::size_t weight, bool in_front) noexcept {
  in_front == lifo_ ? batch.push_back(item, weight) : batch.push_front(item, weight);
}

// A lifo batch is filled from its end, so that it lies in a row when it is handed over.
bool BatchQueue::make_room() noexcept {
  if (!open_) return (open_ = take_spare()) != nullptr;
  if (!open_->is_full()) return true;
  HeldBatch* const larger =
      HeldBatch::make(item_, std::min(limit_, open_->capacity() * 2), weighed_);
  if (!larger) return false;
  open_->move_to(*larger, lifo_);
  HeldBatch::free(std::exchange(open_, larger));
  return true;
}

HeldBatch* BatchQueue::take_spare() noexcept {
  constexpr std::size_t page = 4'096, fewest = 16;
  if (HeldBatch* const spare = spare_.pop_front()) return spare;
  return HeldBatch::make(item_, std::min(limit_, std::max(page / item_.size, fewest)), weighed_);
}

void BatchQueue::hand_over() noexcept {
  if (size() == 0) return;
  open_->handed_over = open_->count();
  waiting_.push_back(*std::exchange(open_, nullptr));
}

// `place` holds what is left of the item that was moved in, and the one that goes after.
void BatchQueue::push_out_oldest(void* place) noexcept {
  HeldBatch& oldest = waiting_.empty() ? *open_ : *waiting_.first();
  item_.destroy(place, 1);
  oldest.take_at(lifo_ ? oldest.count() - 1 : 0, place);
  --held_;
  ++pushed_out_;
  if (oldest.count() > 0 || &oldest == open_) return;
  HeldBatch::free(waiting_.pop_front());
}

bool BatchQueue::pop_at(std::size_t index, void* to) noexcept {
  if (index >= size()) return false;
  open_->take_at(lifo_ ? size() - 1 - index : index, to);
  --held_;
  return true;
}

// One in backoff holds up those behind it, where order is promised.
std::size_t BatchQueue::ready() const noexcept {
  const bool held_up = max_concurrent_ == 1 && !resting_.empty();
  return due_.count() + (held_up ? 0 : waiting_.count());
}

HeldBatch* BatchQueue::next() noexcept {
  if (ready() == 0) return nullptr;
  HeldBatch* const batch = due_.empty() ? waiting_.pop_front() : due_.pop_front();
  batch->handed_over = batch->count();
  return batch;
}

HeldBatch* BatchQueue::finished(HeldBatch& batch) noexcept {
  constexpr std::size_t most_spare = 8;
  held_ -= std::exchange(batch.handed_over, 0);
  if (spare_.count() >= most_spare) return &batch;
  spare_.push_front(batch);
  return nullptr;
}

std::uint64_t BatchQueue::rest(HeldBatch& batch) noexcept {
  batch.ticket = ++tickets_;
  resting_.push_back(batch);
  return batch.ticket;
}

bool BatchQueue::wake(std::uint64_t ticket) noexcept {
  HeldBatch* const batch = resting_.remove(ticket);
  if (batch) due_.push_back(*batch);
  return batch != nullptr;
}

BatchList BatchQueue::give_up() noexcept {
  BatchList all;
  all.append(due_);
  all.append(resting_);
  all.append(waiting_);
  for (HeldBatch* each = all.first(); each; each = each->next) held_ -= each->count();
  return all;
}

BatchList BatchQueue::give_back_memory() noexcept {
  if (open_ && open_->count() == 0) spare_.push_back(*std::exchange(open_, nullptr));
  return std::exchange(spare_, {});
}

}  // namespace poolder::detail
