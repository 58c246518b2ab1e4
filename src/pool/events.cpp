// What a pool tells its own listeners.

#include "runtime/events.hpp"

#include <string>
#include <utility>

#include "pool/pool_core.hpp"
#include "runtime/telling.hpp"

namespace poolder::detail {

Subscription PoolCore::on(PoolEvents events) const {
  check_thread();
  return listeners_.add(*runtime_, std::move(events));
}

void PoolCore::hear_init_start() noexcept {
  if (!listeners_.anyone()) return;
  const Telling telling{*this};
  listeners_.tell(*runtime_, [pool = name_](const PoolEvents& each) {
    if (each.init_start) each.init_start(pool);
  });
}

void PoolCore::hear_created(Pid worker) noexcept {
  if (!listeners_.anyone()) return;
  const Telling telling{*this};
  listeners_.tell(*runtime_, [pool = name_, worker](const PoolEvents& each) {
    if (each.worker_created) each.worker_created(pool, worker);
  });
}

void PoolCore::hear_died(Pid worker, const ExitReason& reason) noexcept {
  if (!listeners_.anyone()) return;
  const Telling telling{*this};
  listeners_.tell(*runtime_, [pool = name_, worker, reason](const PoolEvents& each) {
    if (each.worker_died) each.worker_died(pool, worker, reason);
  });
}

// What was left to a callback that waits is told later than its cause.
bool PoolCore::all_is_told(Ticks deadline) const {
  return listeners_.settle(*runtime_, deadline) && runtime_->events().settle(deadline);
}

}  // namespace poolder::detail
