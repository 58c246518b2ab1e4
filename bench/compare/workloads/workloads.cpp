#include "workloads.hpp"

namespace bench::compared {

namespace {

// Those that fork come first, as long as this process has no other thread.
constexpr Workload all[] = {
    {"spawn", "idle workers: time and memory of each", &spawn},
    {"idle", "processor time while there is nothing to do", &idle},
    {"cast", "messages or tasks by one thread, until all are processed", &cast},
    {"producers", "the same to 8 workers by 1 to 64 threads", &producers},
    {"inside", "messages or tasks by one handler or task", &inside},
    {"bulk", "messages or iterations that are all known at once", &bulk},
    {"fan_in", "messages by 4 threads to one worker", &fan_in},
    {"workers", "messages by turns to 1 to 1,000,000 workers", &workers},
    {"limited", "empty tasks of which at most 8 run at once", &limited},
    {"call", "a request, and waiting for its answer", &call},
    {"ping_pong", "round trips between two workers", &ping_pong},
    {"lease", "acquire and release one of 8 resources", &lease},
    {"wake", "from the post to the first instruction after 20 ms of idleness", &wake},
    {"skew",
     "calls of 20 us among 1 % that wait for 50 ms, by 8 callers to 8 workers: the short ones",
     &skew},
    {"crash", "from a crash to the next worker", &crash},
    {"compile", "what the compiler takes: headers, and the least program", &compile},
};

}  // namespace

std::span<const Workload> workloads() { return all; }

}  // namespace bench::compared
