#pragma once

#include <utility>

#include <poolder/lease/detail/lent.hpp>

namespace poolder {

/// Exclusive use of a resource, from a LeasePool. Given back when it is destroyed, or discarded
/// where that happens while an exception unwinds that was not under way when the lease was acquired
/// or last moved. Move-only; may be moved to other threads and destroyed on any; may outlive its
/// pool, and then destroys the resource.
///
/// Giving back runs the definition's `reset`, and what is discarded, retired or given back after
/// the pool has stopped is destroyed on the thread that gives it back. A lease that a worker has
/// acquired or received is forfeited when that worker is killed or crashes: its capacity is free
/// for others at once; the resource stays with the lease until that is destroyed, and goes with it.
template <class R>
class [[nodiscard]] Lease {
 public:
  Lease(Lease&& other) noexcept : lent_(detail::moved(other.lent_)) {}
  Lease& operator=(Lease&& other) noexcept {
    if (this != &other) {
      detail::end_loan(lent_);
      lent_ = detail::moved(other.lent_);
    }
    return *this;
  }
  ~Lease() {
    if (lent_.entry) detail::end_loan(lent_);
  }

  R& operator*() const noexcept { return *static_cast<R*>(lent_.resource); }
  R* operator->() const noexcept { return static_cast<R*>(lent_.resource); }
  /// False: it was given back or moved away.
  explicit operator bool() const noexcept { return lent_.entry != nullptr; }

  /// Gives the resource back. Again is harmless.
  void release() noexcept { detail::release_loan(lent_); }
  /// Has it destroyed, and replaced where the pool wants as many.
  void discard() noexcept { detail::discard_loan(lent_); }

  /// For LeasePool.
  explicit Lease(detail::Lent lent) noexcept : lent_(lent) {}

 private:
  detail::Lent lent_;
};

}  // namespace poolder
