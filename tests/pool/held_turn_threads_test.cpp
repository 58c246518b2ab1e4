// A turn that does not end where none of poolder's threads would look: outside a handler.

#include <memory>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>

#include "support/gate.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Plain {};
struct Open {
  Gate* gate;
};
/// Whose end waits.
struct Held {
  explicit Held(Gate* its_gate)
      : gate(its_gate, [](Gate* each) { EXPECT_TRUE(each->wait()) << "nobody came to open it"; }) {}
  std::shared_ptr<Gate> gate;
};

struct Worker {
  void handle_job(Plain) {}
  void handle_job(Open open) { open.gate->open(); }
  void handle_job(const Held&) {}
};

TEST(HeldTurn, OfAMessageThatIsLongInEndingKeepsNobodyElseWaiting) {
  Runtime runtime{{.threads = 2}};
  Pool<Worker> pool{runtime, PoolOptions{.size = 2}};
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 2'000; ++i) pool.cast(Plain{});  // turns are short, it seems
    ASSERT_TRUE(pool.drain(patience));
    Gate gate;
    pool.cast(Held{&gate}, Route::index(0));
    pool.cast(Open{&gate}, Route::index(1));
    ASSERT_TRUE(pool.drain(patience));
    ASSERT_TRUE(gate.is_open());
  }
}

}  // namespace
