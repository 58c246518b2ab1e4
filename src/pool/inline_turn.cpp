// Calls that run on the caller's thread, for pools with inline_calls.

#include <poolder/core/error.hpp>

#include "pool/pool_core.hpp"
#include "runtime/wait_graph.hpp"

namespace poolder::detail {

namespace {

constexpr std::size_t deepest = 8;  // calls run within one another

bool too_deep() noexcept {
  std::size_t depth = 0;
  for (const Activation* each = Activation::current(); each; each = each->outer()) ++depth;
  return depth >= deepest;
}

}  // namespace

struct InlineTurn::Edge : WaitGraph::Edge {
  using WaitGraph::Edge::Edge;
};

InlineTurn::InlineTurn(const PoolHandle& pool, const CallOptions& options,
                       const WorkerMessageType& type, const std::uint64_t* key) {
  PoolCore& core = *pool.core_;
  core.check_thread();
  core.check_open();
  const Route* route = options.route ? &*options.route : nullptr;
  const auto routing = core.routing_of(route);
  const bool any = routing == Routing::available || routing == Routing::next_available;
  if (!any) slot_ = &core.choose(route, Keyed{type, key});
  Random* choices = core.runtime().choices();
  if (choices && choices->below(2) == 0) return;  // sending is right, too: a simulation tries both
  if (too_deep()) return;
  if (any) {
    begin_at_a_free_worker(core, type);
    return;
  }
  Slot& slot = *slot_;
  if (Activation::current()) edge_ = std::make_unique<Edge>(core.runtime().wait_graph(), &slot);
  if (!slot.mail().enter()) return;
  if (slot.ready_for_inline()) {
    box_ = &slot.begin_inline(type);
  } else {
    slot.hand_back();
  }
}

// None is free: the call is sent, and waits or is refused as its routing says.
void InlineTurn::begin_at_a_free_worker(PoolCore& core, const WorkerMessageType& type) {
  slot_ = core.take_free_worker();
  if (!slot_) return;
  try {
    if (Activation::current()) edge_ = std::make_unique<Edge>(core.runtime().wait_graph(), slot_);
  } catch (...) {
    slot_->hand_back();
    throw;
  }
  box_ = &slot_->begin_inline(type);
}

InlineTurn::~InlineTurn() = default;

void* InlineTurn::worker() const noexcept { return box_->worker(); }

Context InlineTurn::context() const noexcept {
  return Context{*box_, box_->pid(), slot_->index(), 1};
}

void InlineTurn::succeeded() { end(nullptr); }

void InlineTurn::failed(const std::exception_ptr& error) {
  end(error);
  std::rethrow_exception(error);
}

void InlineTurn::end(const std::exception_ptr& error) {
  if (!slot_->end_inline(*box_, error))
    fail(ErrorCode::worker_down, "the worker was killed while it handled the request");
}

}  // namespace poolder::detail
