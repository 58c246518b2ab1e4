#pragma once

#include <algorithm>
#include <concepts>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <utility>
#include <vector>

#include <poolder/lease/handles.hpp>

namespace poolder {

/// The order in which a lease pool lends what is idle, serves who waits, or tells of what is lent.
/// A definition names one by `template <class T> using Idle = ...;`, Waiting or Busy. T is
/// ResourceHandle for Idle and Busy, WaiterHandle for Waiting.
///
/// What a collection holds are handles: one that was withdrawn meanwhile (a caller gave up, an idle
/// resource was closed) is skipped when popped. So any order is correct, and a collection that
/// loses a handle or throws costs its order alone, never a resource. It must only not make handles
/// up: what it pops is what this pool gave it, unchanged. Its functions run while the
/// pool is held: they must be short, must not wait and must not call the pool. One thread at a time
/// calls them, not always the same. Now and then a pool pops everything and adds what is still good
/// again, in the order of arrival.
///
/// conformance.hpp says of a collection whether it keeps the rules.
template <class C, class T>
concept Collection = requires(C c, const C cc, T t) {
  c.add(std::move(t));
  { c.pop() } -> std::same_as<std::optional<T>>;
  { cc.empty() } -> std::convertible_to<bool>;
  { cc.size() } -> std::convertible_to<std::size_t>;
};

/// The last that came goes out first. The default of Idle: what was used last is warm, and what is
/// not needed grows old.
template <class T>
class Lifo {
 public:
  void add(T item) { items_.push_back(std::move(item)); }
  std::optional<T> pop() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> last{std::move(items_.back())};
    items_.pop_back();
    return last;
  }
  bool empty() const noexcept { return items_.empty(); }
  std::size_t size() const noexcept { return items_.size(); }

 private:
  std::vector<T> items_;
};

/// The first that came goes out first: callers are served in the order they came, idle resources
/// take turns (the least recently used is lent next). The default of Waiting.
template <class T>
class Fifo {
 public:
  void add(T item) { items_.push_back(std::move(item)); }
  std::optional<T> pop() {
    if (items_.empty()) return std::nullopt;
    std::optional<T> first{std::move(items_.front())};
    items_.pop_front();
    return first;
  }
  bool empty() const noexcept { return items_.empty(); }
  std::size_t size() const noexcept { return items_.size(); }

 private:
  std::deque<T> items_;
};

/// The one that goes before all others by `Before` goes out first; of equals, the first that came.
/// A binary heap: O(log n).
template <class T, class Before>
class Ranked {
 public:
  void add(T item) {
    items_.push_back({std::move(item), arrivals_++});
    std::push_heap(items_.begin(), items_.end(), &goes_after);
  }
  std::optional<T> pop() {
    if (items_.empty()) return std::nullopt;
    std::pop_heap(items_.begin(), items_.end(), &goes_after);
    std::optional<T> first{std::move(items_.back().item)};
    items_.pop_back();
    return first;
  }
  bool empty() const noexcept { return items_.empty(); }
  std::size_t size() const noexcept { return items_.size(); }

 private:
  struct Placed {
    T item;
    std::uint64_t arrival;
  };

  static bool goes_after(const Placed& a, const Placed& b) {
    if (Before{}(b.item, a.item)) return true;
    return !Before{}(a.item, b.item) && b.arrival < a.arrival;
  }

  std::vector<Placed> items_;
  std::uint64_t arrivals_ = 0;
};

namespace detail {

struct FewerUses {
  bool operator()(const ResourceHandle& a, const ResourceHandle& b) const noexcept {
    return a.uses() < b.uses();
  }
};
struct HigherPriority {
  bool operator()(const WaiterHandle& a, const WaiterHandle& b) const noexcept {
    return a.priority() > b.priority();
  }
};

}  // namespace detail

/// For Idle: lends what was lent least often, so that resources wear evenly, a new one catching up.
template <class T>
using LeastUsed = Ranked<T, detail::FewerUses>;

/// For Waiting: callers by the priority that they gave to acquire, equals in the order they came.
template <class T>
using ByPriority = Ranked<T, detail::HigherPriority>;

}  // namespace poolder
