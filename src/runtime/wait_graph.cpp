#include "runtime/wait_graph.hpp"

#include <poolder/core/error.hpp>

namespace poolder::detail {

WaitGraph::Edge::Edge(WaitGraph& graph, const void* target)
    : graph_(graph), waiter_(Activation::current()), cell_(waiter_ ? waiter_->cell() : nullptr) {
  if (!cell_) return;
  const Added added = graph_.add(*waiter_, cell_, target);
  if (added == Added::had_it) cell_ = nullptr;
  if (added == Added::closes_a_ring)
    fail(ErrorCode::would_deadlock,
         "this worker would wait for itself, straight or round a ring of waiting calls");
}

WaitGraph::Edge::~Edge() {
  if (cell_) graph_.remove(*waiter_, cell_);
}

WaitGraph::Added WaitGraph::add(const Activation& waiter, const void* cell, const void* target) {
  return cell_.enter([&]() -> Added {
    if (const auto own = waits_.find(cell);
        own != waits_.end() && own->second.waiter == &waiter && own->second.target == target)
      return Added::had_it;
    for (const void* each = target;;) {
      if (each == cell) return Added::closes_a_ring;
      const auto at = waits_.find(each);
      if (at == waits_.end()) break;
      each = at->second.target;
    }
    // A killed handler of the same cell leaves no claim on it.
    if (!waiter.runs(cell)) return Added::had_it;
    waits_.insert_or_assign(cell, Wait{&waiter, target});
    return Added::yes;
  });
}

void WaitGraph::remove(const Activation& waiter, const void* cell) noexcept {
  cell_.enter([&] {
    const auto at = waits_.find(cell);
    if (at != waits_.end() && at->second.waiter == &waiter) waits_.erase(at);
  });
}

void WaitGraph::forget(const void* cell) {
  cell_.enter([&] { waits_.erase(cell); });
}

}  // namespace poolder::detail
