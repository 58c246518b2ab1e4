// Taskers whose tasks fill each other's queues: whatever ring of waits comes about, it is refused,
// and nothing hangs or gets lost.

#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <memory>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>
#include <poolder/task/tasker.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/threads.hpp"

using poolder::ErrorCode;
using poolder::Runtime;
using poolder::Tasker;
using poolder::TaskerOptions;
using poolder::detail::Random;
using poolder_tests::error_of;
using poolder_tests::on_threads;
using poolder_tests::patience;

namespace {

/// Three taskers with few places and little room, and tasks that hand tasks to any of them.
class Crossing {
 public:
  explicit Crossing(std::uint64_t seed) {
    Random random{seed};
    for (auto& each : taskers_)
      each = std::make_unique<Tasker>(
          runtime_,
          TaskerOptions{.limit = 1 + random.below(3), .queue = {.capacity = 1 + random.below(3)}});
  }

  void hand_in(std::uint64_t seed, int depth) {
    Random random{seed};
    const auto code = error_of([&] {
      taskers_[random.below(3)]->execute([this, seed = random.next(), depth] {
        Random mine{seed};
        ++ran;
        for (int i = 0; depth > 0 && i < 3; ++i) hand_in(mine.next(), depth - 1);
      });
    });
    EXPECT_TRUE(!code || code == ErrorCode::would_deadlock);
    ++(code ? refused : accepted);
  }

  // What one of them runs may fill another that was idle already.
  [[nodiscard]] bool drain() {
    for (int round = 0; round < 4; ++round)
      for (auto& each : taskers_)
        if (!each->drain(patience)) return false;
    return ran == accepted;
  }

  std::atomic<std::size_t> accepted{0}, refused{0}, ran{0};

 private:
  Runtime runtime_{{.threads = 2}};
  std::array<std::unique_ptr<Tasker>, 3> taskers_;
};

TEST(TaskerRingStress, NeitherHangsNorLosesATask) {
  std::size_t refused = 0;
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    SCOPED_TRACE(seed);
    Crossing crossing{seed};

    on_threads(3, [&](std::size_t thread) {
      Random random{seed * 8 + thread};
      for (int i = 0; i < 40; ++i) crossing.hand_in(random.next(), 3);
    });

    ASSERT_TRUE(crossing.drain());
    refused += crossing.refused;
  }
  EXPECT_GT(refused, 0u);
}

}  // namespace
