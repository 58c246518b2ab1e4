#include "workloads.hpp"

namespace bench {

namespace {

constexpr Workload all[] = {
    {"cast", "casts until processed: 1 and 4 producers; 2, 8 and 100 workers", &cast},
    {"cast_producers", "casts to 8 workers from 1 to 64 producers", &cast_producers},
    {"cast_all", "a range cast at once", &cast_all},
    {"cast_inside", "casts from inside a handler", &cast_inside},
    {"tasker", "empty tasks through a tasker with a limit of 8", &tasker},
    {"fan_in", "casts from 4 threads to one worker", &fan_in},
    {"call", "calls by 1 and by 64 threads, with and without inline_calls", &call},
    {"ping_pong", "two workers that cast to each other", &ping_pong},
    {"lease", "acquire and release, 8 resources, 1 and 64 threads", &lease},
    {"batcher", "pushes until handled, 100 to a batch, from 1 and 4 threads", &batcher},
    {"spawn", "a million idle workers: time and memory", &spawn},
    {"idle", "what an idle runtime uses in five seconds", &idle},
    {"wake", "from a cast to the handler after 20 ms of idleness", &wake},
    {"retry", "attempts that fail and are tried again", &retry},
    {"timers", "a million pending timers: arm and cancel, memory", &timers},
    {"crash", "workers that crash and are replaced", &crash},
    {"losses", "100,000 casts of which 1,000 crash their worker", &losses},
    {"many_workers", "the cost of a message among 1 to 1,000,000 workers", &many_workers},
    {"many_messages", "the cost of a message with 1 to 10,000,000 queued", &many_messages},
    {"schedule", "how late 1, 100 and 100,000 interval jobs run", &schedule},
    {"skew", "short calls among slow ones, by each routing", &skew},
    {"stats", "what asking for statistics costs the load", &stats},
};

}  // namespace

std::span<const Workload> workloads() { return all; }

}  // namespace bench
