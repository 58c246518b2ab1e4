// stop() of an engine that its supervisor starts afresh before the caller has looked whether it has
// stopped: the caller is held up at every point in turn.

#include <atomic>
#include <csignal>
#include <ctime>
#include <memory>
#include <thread>

#include <gtest/gtest.h>
#include <pthread.h>

#include <poolder/lease/lease_pool.hpp>
#include <poolder/pool/pool.hpp>
#include <poolder/supervise/supervisor.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

void nap(int) {
  timespec millisecond{0, 1'000'000};
  nanosleep(&millisecond, nullptr);
}

/// The calling thread stands still for a millisecond out of two, wherever it is.
class HeldUp {
 public:
  HeldUp() {
    std::signal(SIGUSR1, &nap);
    other_ = std::jthread([this, victim = pthread_self()] {
      while (!over_) {
        pthread_kill(victim, SIGUSR1);
        std::this_thread::sleep_for(1100us);
      }
    });
  }
  ~HeldUp() {
    over_ = true;
    other_.join();
    std::signal(SIGUSR1, SIG_DFL);
  }

 private:
  std::atomic<bool> over_{false};
  std::jthread other_;
};

struct Things {
  using Resource = int;
  static constexpr LeasePoolOptions options{.size = 1};
};
struct Ask {};
struct Worker {
  int handle_call(Ask) { return 1; }
};

void use(LeasePool<Things>& pool) { (void)pool.acquire(patience); }
void use(Pool<Worker>& pool) { (void)pool.call(Ask{}, {.timeout = patience}); }

template <class Child>
class StopRace : public testing::Test {};
using Children = testing::Types<LeasePool<Things>, Pool<Worker>>;
TYPED_TEST_SUITE(StopRace, Children);

TYPED_TEST(StopRace, ReturnsWhereTheNextLifeHasBegun) {
  Runtime runtime{{.threads = 2}};
  Supervisor app{runtime, SupervisorOptions{.max_restarts = 1'000'000}, child<TypeParam>()};
  auto& engine = app.template get<TypeParam>();
  const HeldUp held_up;
  for (int round = 0; round < 600; ++round) {
    engine.stop();
    while (error_of([&] { use(engine); }) == ErrorCode::stopped) std::this_thread::yield();
  }
}

}  // namespace
