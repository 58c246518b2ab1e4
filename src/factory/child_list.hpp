#pragma once

#include <cassert>
#include <cstddef>

namespace poolder::detail {

class FactoryChild;
class ChildList;

/// What stands in a ChildList: a child, or a walker's mark between two of them.
struct ChildLink {
  FactoryChild* child = nullptr;  ///< null: a mark
  ChildList* list = nullptr;
  ChildLink* before = nullptr;
  ChildLink* behind = nullptr;
};

/// Children in the order they were added; each is in one list at most. Not thread-safe: a factory
/// touches its lists in its cell. Who walks through one over several entries leaves a mark in it,
/// which stays in its place whatever comes and goes around it.
class ChildList {
 public:
  ChildList() = default;
  ChildList(const ChildList&) = delete;
  ChildList& operator=(const ChildList&) = delete;

  /// Marks do not count.
  std::size_t size() const noexcept { return size_; }
  bool empty() const noexcept { return size_ == 0; }

  FactoryChild* front() const noexcept {
    const ChildLink* link = first_;
    while (link && !link->child) link = link->behind;
    return link ? link->child : nullptr;
  }
  template <class F>
  void for_each(F&& f) const {
    for (const ChildLink* each = first_; each; each = each->behind)
      if (each->child) f(*each->child);
  }

  void push_back(ChildLink& link) noexcept { insert(link, last_); }
  void push_front(ChildLink& link) noexcept { insert(link, nullptr); }
  void erase(ChildLink& link) noexcept {
    assert(link.list == this);
    (link.before ? link.before->behind : first_) = link.behind;
    (link.behind ? link.behind->before : last_) = link.before;
    if (link.child) --size_;
    link.list = nullptr;
    link.before = link.behind = nullptr;
  }
  /// Past the next link, and what that is.
  ChildLink* step(ChildLink& mark) noexcept {
    ChildLink* next = mark.behind;
    if (!next) return nullptr;
    erase(mark);
    insert(mark, next);
    return next;
  }

 private:
  void insert(ChildLink& link, ChildLink* before) noexcept {
    assert(!link.list);
    link.list = this;
    link.before = before;
    link.behind = before ? before->behind : first_;
    (before ? before->behind : first_) = &link;
    (link.behind ? link.behind->before : last_) = &link;
    if (link.child) ++size_;
  }

  ChildLink* first_ = nullptr;
  ChildLink* last_ = nullptr;
  std::size_t size_ = 0;
};

}  // namespace poolder::detail
