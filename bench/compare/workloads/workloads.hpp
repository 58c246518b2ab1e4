#pragma once

#include <span>

#include "../../harness/workload.hpp"

namespace bench::compared {

/// What poolder and its peers do beside each other.
std::span<const Workload> workloads();

void spawn(Session& session);
void idle(Session& session);
void cast(Session& session);
void producers(Session& session);
void inside(Session& session);
void bulk(Session& session);
void fan_in(Session& session);
void workers(Session& session);
void limited(Session& session);
void call(Session& session);
void ping_pong(Session& session);
void lease(Session& session);
void wake(Session& session);
void skew(Session& session);
void crash(Session& session);
void compile(Session& session);

}  // namespace bench::compared
