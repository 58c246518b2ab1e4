#pragma once

#include <span>

#include "../harness/workload.hpp"

namespace bench {

/// All of them, in the order of performance.md's table.
std::span<const Workload> workloads();

void cast(Session& session);
void cast_producers(Session& session);
void cast_all(Session& session);
void cast_inside(Session& session);
void tasker(Session& session);
void fan_in(Session& session);
void call(Session& session);
void ping_pong(Session& session);
void lease(Session& session);
void batcher(Session& session);
void spawn(Session& session);
void idle(Session& session);
void wake(Session& session);
void retry(Session& session);
void timers(Session& session);
void crash(Session& session);
void losses(Session& session);
void many_workers(Session& session);
void many_messages(Session& session);
void schedule(Session& session);
void skew(Session& session);
void stats(Session& session);

}  // namespace bench
