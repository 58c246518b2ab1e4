#pragma once

#include <chrono>
#include <cstddef>
#include <string>

#include <poolder/worker/route.hpp>

#include "../harness/session.hpp"

// What poolder does in the workloads, for whoever sets others beside it; cast_to_pool is in
// tally.hpp.
namespace bench {

Subject cast_from_handler(std::size_t workers, std::size_t jobs);
Subject range_to_pool(std::size_t workers, std::size_t jobs);
Subject call_pool(std::size_t callers, std::size_t workers, bool inline_calls,
                  std::chrono::milliseconds span);
Subject play_ping_pong(std::size_t rounds);
Subject borrow_leases(std::string name, std::size_t threads, std::size_t count);
Subject wake_pool(int samples);
/// One thread woken by the kernel: what no wake-up can beat.
Subject wake_bare_futex(int samples);
Subject skew_pool(std::string name, const poolder::Route& route, std::size_t total);
Subject crash_and_restart(std::string name, std::size_t cycles, std::size_t served);
Subject execute_tasks(std::string name, std::size_t producers, std::size_t jobs);
void spawn_and_stop(std::size_t workers, Run& run);
void stay_idle(std::chrono::milliseconds span, Run& run);

}  // namespace bench
