#pragma once

#include <algorithm>
#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include <poolder/lease/detail/ordering.hpp>

namespace poolder::detail {

/// An order that a collection of the definition's decides. What has been withdrawn is in there
/// still and is skipped when popped; once it is the most of all, the rest is put in again, in the
/// order of arrival, which is what the collection would have seen without it.
///
/// The pool's own list is the truth and this a preference: a collection that throws or loses what
/// it was given leaves the pool to go by its list. In the pool's cell.
template <class Handle>
class Preference {
 public:
  explicit Preference(const OrderType<Handle>& type)
      : ordering_(type.make ? type.make() : nullptr) {}

  /// Whether there is a collection.
  explicit operator bool() const noexcept { return ordering_ != nullptr; }

  void add(const Handle& handle) noexcept {
    try {
      ordering_->add(handle);
      ++held_;
    } catch (...) {
      // It is served by the pool's own list.
    }
  }

  /// The next that is_live(handle). Nothing: the collection has none. It is not asked more often
  /// than it was given something, lest one that gives the same again and again holds up the pool.
  template <class IsLive>
  std::optional<Handle> pop(const IsLive& is_live) noexcept {
    try {
      for (std::size_t left = held_ + 1; left > 0; --left) {
        std::optional<Handle> next = ordering_->pop();
        if (!next) return next;
        if (held_ > 0) --held_;
        if (is_live(*next)) return next;
      }
    } catch (...) {
      // As if it were empty.
    }
    return std::nullopt;
  }

  /// Something was withdrawn; `live` are left.
  template <class IsLive>
  void withdrawn(std::size_t live, const IsLive& is_live) noexcept {
    if (held_ <= 2 * live + 64) return;
    try {
      std::vector<Handle> kept;
      kept.reserve(live);
      while (kept.size() < live) {
        const std::optional<Handle> next = pop(is_live);
        if (!next) break;
        kept.push_back(*next);
      }
      held_ = 0;
      std::sort(kept.begin(), kept.end(),
                [](const Handle& a, const Handle& b) { return a.arrival() < b.arrival(); });
      for (const Handle& each : kept) add(each);
    } catch (...) {
      // No memory: it stays as it is.
    }
  }

  std::size_t held() const noexcept { return held_; }

 private:
  std::unique_ptr<Ordering<Handle>> ordering_;
  std::size_t held_ = 0;
};

}  // namespace poolder::detail
