#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>

#include <poolder/lease/handles.hpp>

#include "lease/preference.hpp"
#include "lease/waiter.hpp"

namespace poolder::detail {

/// Who waits, in the order they came, and the order in which they are served. In the pool's cell.
class Waiters {
 public:
  explicit Waiters(const OrderType<WaiterHandle>& order)
      : plain_(order.plain), preference_(order) {}

  void add(Waiter& waiter) noexcept {
    waiter.listed = true;
    waiter.arrival = ++arrivals_;
    waiter.next = nullptr;
    waiter.previous = last_;
    (last_ ? last_->next : first_) = &waiter;
    last_ = &waiter;
    ++size_;
    if (preference_) note(waiter);
  }
  /// The next to be served; null: nobody waits.
  Waiter* take() noexcept {
    if (!first_) return nullptr;
    Waiter& next = plain_ == PlainOrder::newest_first   ? *last_
                   : plain_ == PlainOrder::oldest_first ? *first_
                                                        : preferred();
    unlink(next);
    return &next;
  }
  void withdraw(Waiter& waiter) noexcept {
    unlink(waiter);
    if (preference_)
      preference_.withdrawn(size_, [this](const WaiterHandle& each) { return find(each); });
  }

  bool empty() const noexcept { return !first_; }
  std::size_t size() const noexcept { return size_; }
  std::size_t noted() const noexcept { return preference_.held(); }

 private:
  Waiter* find(const WaiterHandle& handle) const noexcept {
    const auto at = by_arrival_.find(handle.arrival());
    return at == by_arrival_.end() ? nullptr : at->second;
  }
  void note(Waiter& waiter) noexcept {
    try {
      by_arrival_.emplace(waiter.arrival, &waiter);
      preference_.add({waiter.priority, waiter.arrival});
    } catch (...) {
      // No memory: served when nobody is left whom the collection knows.
    }
  }
  Waiter& preferred() noexcept {
    const auto next =
        preference_.pop([this](const WaiterHandle& each) { return find(each) != nullptr; });
    return next ? *find(*next) : *first_;
  }
  void unlink(Waiter& waiter) noexcept {
    (waiter.previous ? waiter.previous->next : first_) = waiter.next;
    (waiter.next ? waiter.next->previous : last_) = waiter.previous;
    waiter.next = nullptr;
    waiter.listed = false;
    --size_;
    if (preference_) by_arrival_.erase(waiter.arrival);
  }

  const PlainOrder plain_;
  Preference<WaiterHandle> preference_;
  std::unordered_map<std::uint64_t, Waiter*> by_arrival_;  // of those that the collection may know
  Waiter* first_ = nullptr;
  Waiter* last_ = nullptr;
  std::size_t size_ = 0;
  std::uint64_t arrivals_ = 0;
};

}  // namespace poolder::detail
