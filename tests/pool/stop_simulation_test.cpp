// A stop that nothing could end says so, and leaves no trace.

#include <memory>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;

namespace {

struct Ask {};
struct Wait {};

struct Silent {
  int handle_call(Ask) { return 1; }
};

struct Waiter {
  explicit Waiter(Pool<Silent>* asked) : silent(asked) {}

  void handle_job(Wait) { silent->call(Ask{}, {.timeout = infinity}); }

  Pool<Silent>* silent;
};

// Under AddressSanitizer: the handler's end, at the runtime's, signals nobody who has gone.
TEST(PoolStop, ThatNothingCouldEndIsWouldDeadlockAndIsForgotten) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Pool<Silent> silent{runtime, {.size = 1}};
    Pool<Waiter> pool{runtime, {.size = 1, .shutdown = infinity}, &silent};
    silent.pause();
    pool.cast(Wait{});
    runtime.run_until_idle();

    EXPECT_EQ(error_of([&] { pool.stop(); }), ErrorCode::would_deadlock);
    silent.resume();
    pool.stop();

    EXPECT_EQ(error_of([&] { pool.cast(Wait{}); }), ErrorCode::stopped);
  });
}

TEST(PoolStop, OfARuntimeEndsWaitsThatNothingElseCould) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Pool<Silent> silent{runtime, {.size = 1}};
    Pool<Waiter> pool{runtime, {.size = 1, .shutdown = infinity}, &silent};
    silent.pause();
    pool.cast(Wait{});
    runtime.run_until_idle();
  });
}

struct Owner;
struct Again {
  std::shared_ptr<Owner> owner;
};
struct Failing {
  static constexpr WorkerOptions options{.retry = {.max_attempts = 2, .backoff = infinity}};
  void handle_job(const Again&) { throw Planned{}; }
};
struct Owner {
  explicit Owner(Runtime& runtime) : pool(runtime, {.size = 1, .shutdown = infinity}) {}
  Pool<Failing> pool;
};

TEST(PoolStop, EndsThoughAJobInBackoffOwnsThePool) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    auto owner = std::make_shared<Owner>(runtime);
    const std::weak_ptr<Owner> gone = owner;
    owner->pool.cast(Again{owner});
    runtime.run_until_idle();
    auto core = owner->pool.core();
    owner.reset();
    EXPECT_FALSE(gone.expired());

    core->stop();

    EXPECT_TRUE(gone.expired());
  });
}

}  // namespace
