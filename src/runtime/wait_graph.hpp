#pragma once

#include <cstddef>
#include <cstdint>
#include <unordered_map>
#include <vector>

#include <poolder/runtime/detail/op_cell.hpp>
#include <poolder/runtime/detail/wait_point.hpp>

#include "runtime/activation.hpp"
#include "runtime/handler_note.hpp"

namespace poolder::detail {

/// Which cells wait for which: an edge for each handler that waits for a call to a fixed slot, or
/// for room in another engine, so that exactly the wait that would close a ring is refused.
///
/// A cell is stuck where each of its places is taken by a handler that waits for a stuck cell. A
/// cell has one place, unless set_places() has been told of more.
///
/// Thread safety: any thread.
class WaitGraph {
 public:
  /// The calling handler waits for `target`, until the edge is destroyed, or `until` is signalled.
  /// No handler, no edge. Throws Error{would_deadlock} where `target` would be stuck then.
  class Edge {
   public:
    Edge(WaitGraph& graph, const void* target, const WaitPoint* until = nullptr);
    ~Edge();
    Edge(const Edge&) = delete;
    Edge& operator=(const Edge&) = delete;

   private:
    WaitGraph& graph_;
    const Activation* waiter_;
    const void* cell_;  // null: this edge adds nothing
  };

  struct Places {
    std::size_t count;         ///< handlers that run at once; 0: the cell is gone
    std::uint32_t generation;  ///< whose handlers take them
  };

  /// Of such a cell the handlers that have a HandlerNote of that generation take a place, no
  /// others.
  void set_places(const void* cell, Places places);

  /// The handlers that wait for it were killed, or left behind: its cell waits for nothing.
  void forget(const void* cell);

 private:
  struct Wait {
    const Activation* waiter;
    const void* target;
    const WaitPoint* until;  // null: the edge says how long
  };
  using Targets = std::vector<const void*>;

  enum class Added { yes, not_needed, closes_a_ring };

  Added add(const void* cell, const Wait& wait, const HandlerNote* note);
  void remove(const Activation& waiter, const void* cell) noexcept;
  bool closes_a_ring(const void* cell, const Wait& added) const;
  Targets targets(const void* cell) const;
  std::size_t places(const void* cell) const;

  OpCell cell_;
  std::unordered_multimap<const void*, Wait> waits_;  // by the waiting cell
  std::unordered_map<const void*, Places> places_;
};

}  // namespace poolder::detail
