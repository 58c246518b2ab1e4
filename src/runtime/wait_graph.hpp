#pragma once

#include <unordered_map>

#include <poolder/runtime/detail/op_cell.hpp>

#include "runtime/activation.hpp"

namespace poolder::detail {

/// Which workers wait for which: an edge for each handler that waits for a call to a fixed slot, so
/// that exactly the call that would close a ring is refused. Any thread.
class WaitGraph {
 public:
  /// The calling handler waits for `target`, until the edge is destroyed. No handler, no edge.
  /// Throws Error{would_deadlock} where `target` waits for the handler's own cell, straight or
  /// through others.
  class Edge {
   public:
    Edge(WaitGraph& graph, const void* target);
    ~Edge();
    Edge(const Edge&) = delete;
    Edge& operator=(const Edge&) = delete;

   private:
    WaitGraph& graph_;
    const Activation* waiter_;
    const void* cell_;  // null: this edge adds nothing
  };

  /// The handler that waits for it was killed: its cell waits for nothing any more.
  void forget(const void* cell);

 private:
  struct Wait {
    const Activation* waiter;
    const void* target;
  };

  enum class Added { yes, had_it, closes_a_ring };

  Added add(const Activation& waiter, const void* cell, const void* target);
  void remove(const Activation& waiter, const void* cell) noexcept;

  OpCell cell_;
  std::unordered_map<const void*, Wait> waits_;  // by the waiting cell
};

}  // namespace poolder::detail
