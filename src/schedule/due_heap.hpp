#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <vector>

#include <poolder/core/duration.hpp>

namespace poolder::detail {

/// What is due when, the earliest first. A heap of four children a node: 100,000 entries of 16
/// bytes lie in the second-level cache, and eight lines are read to go from top to bottom.
/// Not thread-safe.
class DueHeap {
 public:
  struct Entry {
    Ticks due;
    std::uint32_t row;
    std::uint32_t version;  ///< of the row; another one makes this entry stale
  };

  bool empty() const noexcept { return entries_.empty(); }
  std::size_t size() const noexcept { return entries_.size(); }
  const Entry& top() const noexcept { return entries_.front(); }

  void push(const Entry& entry) {
    entries_.push_back(entry);
    std::size_t at = entries_.size() - 1;
    for (; at > 0 && entry.due < entries_[(at - 1) / 4].due; at = (at - 1) / 4)
      entries_[at] = entries_[(at - 1) / 4];
    entries_[at] = entry;
  }

  void pop() noexcept {
    const Entry last = entries_.back();
    entries_.pop_back();
    if (!entries_.empty()) sink(0, last);
  }

  /// As pop and push, for half the price.
  void replace_top(const Entry& entry) noexcept { sink(0, entry); }

  /// Leaves only those for which keep(entry) is true.
  template <class F>
  void retain(F&& keep) {
    std::erase_if(entries_, [&](const Entry& each) { return !keep(each); });
    for (std::size_t at = entries_.size() / 4 + 1; at-- > 0;)
      if (at < entries_.size()) sink(at, entries_[at]);
  }

 private:
  void sink(std::size_t at, const Entry entry) noexcept {
    for (;;) {
      const std::size_t first = 4 * at + 1;
      if (first >= entries_.size()) break;
      const std::size_t end = std::min(first + 4, entries_.size());
      std::size_t least = first;
      for (std::size_t child = first + 1; child < end; ++child)
        if (entries_[child].due < entries_[least].due) least = child;
      if (entries_[least].due >= entry.due) break;
      entries_[at] = entries_[least];
      at = least;
    }
    entries_[at] = entry;
  }

  std::vector<Entry> entries_;
};

}  // namespace poolder::detail
