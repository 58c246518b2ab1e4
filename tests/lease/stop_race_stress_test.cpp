// stop() where the supervisor starts the pool afresh before the caller has looked whether it has
// stopped.

#include <thread>

#include <gtest/gtest.h>

#include <poolder/lease/lease_pool.hpp>
#include <poolder/supervise/supervisor.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/held_up.hpp"

using namespace poolder;
using namespace poolder_tests;

namespace {

struct Things {
  using Resource = int;
  static constexpr LeasePoolOptions options{.size = 1};
};

TEST(LeaseStopRace, ReturnsWhereTheNextLifeHasBegun) {
  Runtime runtime{{.threads = 2}};
  Supervisor app{runtime, SupervisorOptions{.max_restarts = 1'000'000}, child<LeasePool<Things>>()};
  auto& engine = app.get<LeasePool<Things>>();
  const HeldUp held_up;
  for (int round = 0; round < 600; ++round) {
    engine.stop();
    while (error_of([&] { (void)engine.acquire(patience); }) == ErrorCode::stopped)
      std::this_thread::yield();
  }
}

}  // namespace
