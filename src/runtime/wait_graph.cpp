#include "runtime/wait_graph.hpp"

#include <algorithm>

#include <poolder/core/error.hpp>

namespace poolder::detail {

WaitGraph::Edge::Edge(WaitGraph& graph, const void* target, const WaitPoint* until)
    : graph_(graph), waiter_(Activation::current()), cell_(waiter_ ? waiter_->cell() : nullptr) {
  if (!cell_) return;
  const Added added = graph_.add(cell_, {waiter_, target, until}, HandlerNote::innermost(cell_));
  if (added == Added::not_needed) cell_ = nullptr;
  if (added == Added::closes_a_ring)
    fail(ErrorCode::would_deadlock,
         "this worker would wait for itself, straight or round a ring of waiting calls");
}

WaitGraph::Edge::~Edge() {
  if (cell_) graph_.remove(*waiter_, cell_);
}

WaitGraph::Added WaitGraph::add(const void* cell, const Wait& wait, const HandlerNote* note) {
  return cell_.enter([&]() -> Added {
    // A killed handler of the cell leaves no claim on it: its slot works on without it.
    if (!wait.waiter->runs(cell)) return Added::not_needed;
    const auto told = places_.find(cell);
    const bool has_places = told != places_.end();
    if (has_places && !(note && note->generation() == told->second.generation))
      return Added::not_needed;
    const auto [first, last] = waits_.equal_range(cell);
    auto own = std::find_if(first, last,
                            [&](const auto& each) { return each.second.waiter == wait.waiter; });
    if (own != last && own->second.target == wait.target) return Added::not_needed;
    if (closes_a_ring(cell, wait)) return Added::closes_a_ring;
    if (own == last && !has_places) own = first;
    if (own == last) {
      waits_.emplace(cell, wait);
    } else {
      own->second = wait;
    }
    return Added::yes;
  });
}

// What `added` leads to is stuck but for those with a place that is free, or that waits for who is
// not stuck. (The greatest fixed point: a ring keeps itself.)
bool WaitGraph::closes_a_ring(const void* cell, const Wait& added) const {
  if (added.target == cell && places(cell) == 1) return true;
  if (added.target != cell && !waits_.contains(added.target)) return false;
  struct Node {
    const void* cell;
    Targets targets;
  };
  std::vector<Node> nodes;
  const auto has = [&](const void* each) {
    return std::any_of(nodes.begin(), nodes.end(),
                       [&](const Node& node) { return node.cell == each; });
  };
  const auto reach = [&](const void* each) {
    if (has(each)) return;
    const bool alone = each == cell && places(cell) == 1;  // whoever waited before was killed
    nodes.push_back({each, alone ? Targets{} : targets(each)});
    if (each == cell) nodes.back().targets.push_back(added.target);
  };
  reach(added.target);
  for (std::size_t i = 0; i < nodes.size(); ++i)
    for (const void* each : Targets{nodes[i].targets}) reach(each);
  const auto goes_on = [&](const Node& node) {
    return node.targets.size() < places(node.cell) ||
           !std::all_of(node.targets.begin(), node.targets.end(), has);
  };
  for (auto at = nodes.begin(); at != nodes.end();) {
    at = std::find_if(nodes.begin(), nodes.end(), goes_on);
    if (at != nodes.end()) nodes.erase(at), at = nodes.begin();
  }
  return has(added.target);
}

WaitGraph::Targets WaitGraph::targets(const void* cell) const {
  Targets all;
  const auto [first, last] = waits_.equal_range(cell);
  std::for_each(first, last, [&](const auto& each) {
    const Wait& wait = each.second;
    if (!wait.until || !wait.until->signalled()) all.push_back(wait.target);
  });
  return all;
}

std::size_t WaitGraph::places(const void* cell) const {
  const auto told = places_.find(cell);
  return told == places_.end() ? 1 : told->second.count;
}

void WaitGraph::remove(const Activation& waiter, const void* cell) noexcept {
  cell_.enter([&] {
    const auto [first, last] = waits_.equal_range(cell);
    const auto own =
        std::find_if(first, last, [&](const auto& each) { return each.second.waiter == &waiter; });
    if (own != last) waits_.erase(own);
  });
}

void WaitGraph::set_places(const void* cell, Places places) {
  cell_.enter([&] {
    if (places.count > 0) {
      places_.insert_or_assign(cell, places);
    } else {
      places_.erase(cell);
    }
  });
}

void WaitGraph::forget(const void* cell) {
  cell_.enter([&] { waits_.erase(cell); });
}

}  // namespace poolder::detail
