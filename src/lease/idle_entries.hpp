#pragma once

#include <cstddef>

#include <poolder/lease/handles.hpp>

#include "lease/lease_entry.hpp"
#include "lease/preference.hpp"

namespace poolder::detail {

/// What is idle, in the order it became so, and the order in which it is lent. In the pool's cell.
class IdleEntries {
 public:
  explicit IdleEntries(const OrderType<ResourceHandle>& order)
      : plain_(order.plain), preference_(order) {}

  void add(LeaseEntry& entry) noexcept {
    entry.state = LeaseEntry::State::idle;
    entry.newer = nullptr;
    entry.older = newest_;
    (newest_ ? newest_->newer : oldest_) = &entry;
    newest_ = &entry;
    ++size_;
    if (preference_) [[unlikely]]
      note(entry);
  }
  /// The next to be lent; null: there is none.
  LeaseEntry* take() noexcept {
    if (!newest_) return nullptr;
    LeaseEntry& next = plain_ == PlainOrder::newest_first   ? *newest_
                       : plain_ == PlainOrder::oldest_first ? *oldest_
                                                            : preferred();
    unlink(next);
    return &next;
  }
  void withdraw(LeaseEntry& entry) noexcept {
    unlink(entry);
    if (preference_) preference_.withdrawn(size_, &is_live);
  }

  LeaseEntry* oldest() const noexcept { return oldest_; }
  std::size_t size() const noexcept { return size_; }
  /// In the collection, what was withdrawn included.
  std::size_t noted() const noexcept { return preference_.held(); }

 private:
  static bool is_live(const ResourceHandle& handle) noexcept {
    const auto& entry = *static_cast<LeaseEntry*>(handle.resource());
    return entry.state == LeaseEntry::State::idle && entry.arrival == handle.arrival();
  }
  void note(LeaseEntry& entry) noexcept {
    entry.arrival = ++arrivals_;
    preference_.add({&entry, entry.uses++, entry.arrival});
  }
  LeaseEntry& preferred() noexcept {
    const auto next = preference_.pop(&is_live);
    return next ? *static_cast<LeaseEntry*>(next->resource()) : *oldest_;
  }
  void unlink(LeaseEntry& entry) noexcept {
    (entry.older ? entry.older->newer : oldest_) = entry.newer;
    (entry.newer ? entry.newer->older : newest_) = entry.older;
    --size_;
  }

  const PlainOrder plain_;
  Preference<ResourceHandle> preference_;
  LeaseEntry* oldest_ = nullptr;
  LeaseEntry* newest_ = nullptr;
  std::size_t size_ = 0;
  std::uint64_t arrivals_ = 0;
};

}  // namespace poolder::detail
