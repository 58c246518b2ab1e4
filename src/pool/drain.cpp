#include <poolder/core/error.hpp>

#include "pool/pool_core.hpp"
#include "runtime/relax.hpp"

namespace poolder::detail {

// `unlimited` stands for the backoffs. Nothing: all were idle, each at the moment it was looked at.
std::optional<std::size_t> PoolCore::first_busy() const {
  for (std::size_t i = 0; i < slots_.count(); ++i)
    if (is_busy(i)) return i;
  if (backoffs().size() > 0) return unlimited;
  if (shared_queue_.size() > 0) return any_slot;
  return std::nullopt;
}

std::uint64_t PoolCore::runs() const {
  std::uint64_t runs = dropped_so_far();
  for (std::size_t i = 0; i < slots_.count(); ++i) runs += slots_[i].runs();
  return runs;
}

// Looks at all twice (a double collect: Afek and others, 1993): where both times all were idle and
// no handler has ended in between, there was a moment at which all were idle at once, for what
// moves from slot to slot is moved by handlers.
bool PoolCore::drain(Duration deadline) {
  check_thread();
  if (waits_for_caller())
    fail(ErrorCode::would_deadlock,
         "drain inside a handler or listener of the same pool waits for that");
  const Ticks until = after(runtime_->now(), deadline);
  drainers_.fetch_add(1, std::memory_order_seq_cst);
  struct Done {
    std::atomic<int>& drainers;
    ~Done() { drainers.fetch_sub(1, std::memory_order_seq_cst); }
  } done{drainers_};
  for (;;) {
    if (const auto busy = first_busy()) {
      if (!wait_for_idle(*busy, until)) return false;
      continue;
    }
    const std::uint64_t before = runs();
    if (first_busy() || first_busy() || runs() != before) continue;
    if (!all_is_told(until)) return false;
    if (!first_busy() && runs() == before) return true;
  }
}

bool PoolCore::is_busy(std::size_t index) const {
  if (index == unlimited) return backoffs().size() > 0;
  if (index == any_slot) return shared_queue_.size() > 0;
  return !slots_[index].is_idle() && !slots_[index].mail().is_closed();
}

bool PoolCore::wait_for_idle(std::size_t index, Ticks deadline) {
  WaitPoint idle;
  cell_.enter([&] { idle_waiters_.push_back({index, &idle}); });
  const auto withdraw = [&] {
    const bool listed = cell_.enter([&] {
      return std::erase_if(idle_waiters_,
                           [&](const Drainer& each) { return each.point == &idle; }) > 0;
    });
    while (!listed && !idle.signalled()) relax();
  };
  // Listed first, then looked: a slot that became idle before did not see the entry.
  if (!is_busy(index)) return withdraw(), true;
  try {
    if (idle.wait_until(*runtime_, deadline)) return true;
  } catch (...) {
    withdraw();
    throw;
  }
  withdraw();
  return false;
}

void PoolCore::slot_idle(std::size_t index) {
  std::vector<WaitPoint*> told;
  cell_.enter([&] {
    std::erase_if(idle_waiters_, [&](const Drainer& each) {
      if (each.index != index && each.index != any_slot) return false;
      told.push_back(each.point);
      return true;
    });
  });
  for (WaitPoint* each : told) each->signal();
}

}  // namespace poolder::detail
