// stop() where the supervisor starts the pool afresh before the caller has looked whether it has
// stopped.

#include <thread>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>
#include <poolder/supervise/supervisor.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/held_up.hpp"

using namespace poolder;
using namespace poolder_tests;

namespace {

struct Ask {};
struct Worker {
  int handle_call(Ask) { return 1; }
};

TEST(PoolStopRace, ReturnsWhereTheNextLifeHasBegun) {
  Runtime runtime{{.threads = 2}};
  Supervisor app{runtime, SupervisorOptions{.max_restarts = 1'000'000}, child<Pool<Worker>>()};
  auto& engine = app.get<Pool<Worker>>();
  const HeldUp held_up;
  for (int round = 0; round < 600; ++round) {
    engine.stop();
    while (error_of([&] { (void)engine.call(Ask{}, {.timeout = patience}); }) == ErrorCode::stopped)
      std::this_thread::yield();
  }
}

}  // namespace
