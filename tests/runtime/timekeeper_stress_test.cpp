#include <atomic>
#include <thread>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>
#include <poolder/runtime/runtime.hpp>

#include "support/gate.hpp"
#include "support/threads.hpp"

using namespace poolder::detail;

namespace {

// Destroys itself when it fires.
class OneShot final : public Timer {
 public:
  OneShot(RuntimeCore& core, poolder_tests::Tally& over, std::atomic<int>& early)
      : Timer(&due), core_(core), over_(over), early_(early) {}

 private:
  static void due(Timer& timer) noexcept {
    auto& self = static_cast<OneShot&>(timer);
    if (self.core_.now() < self.deadline) ++self.early_;
    self.over_.add();
    delete &self;
  }

  RuntimeCore& core_;
  poolder_tests::Tally& over_;
  std::atomic<int>& early_;
};

TEST(Timekeeper, FiresEachTimerOnceAndNoneEarlyWhileManyAreArmed) {
  poolder::Runtime runtime{{.threads = 1}};
  RuntimeCore& core = *runtime.core();
  poolder_tests::Tally over;
  std::atomic<int> early{0};
  constexpr int each = 2'000;

  poolder_tests::on_threads(4, [&](std::size_t thread) {
    Random random{thread};
    for (int i = 0; i < each; ++i)
      core.arm(*new OneShot(core, over, early),
               core.now() + static_cast<Ticks>(random.below(5'000'000)));
  });

  EXPECT_TRUE(over.reaches(4 * each));
  EXPECT_EQ(over.count(), 4 * each);
  EXPECT_EQ(early, 0);
}

// A timer that its owner keeps: cancelled in time, or fired.
struct Kept final : Timer {
  Kept() : Timer(&due) {}
  static void due(Timer& timer) noexcept { static_cast<Kept&>(timer).fired = true; }
  std::atomic<bool> fired{false};
};

TEST(Timekeeper, EitherCancelsOrFires) {
  poolder::Runtime runtime{{.threads = 1}};
  RuntimeCore& core = *runtime.core();
  std::atomic<int> cancelled{0}, fired{0};

  poolder_tests::on_threads(4, [&](std::size_t thread) {
    Random random{thread};
    for (int i = 0; i < 1'000; ++i) {
      Kept timer;
      core.arm(timer, core.now() + static_cast<Ticks>(random.below(30'000)));
      for (auto pause = random.below(2'000); pause > 0; --pause)
        std::atomic_signal_fence(std::memory_order_seq_cst);
      if (core.cancel(timer)) {
        EXPECT_FALSE(timer.fired);
        ++cancelled;
      } else {
        while (!timer.fired) std::this_thread::yield();
        ++fired;
      }
    }
  });

  EXPECT_EQ(cancelled + fired, 4'000);
}

TEST(Timekeeper, WakesForAnEarlierTimerThanTheOneItSleepsFor) {
  poolder::Runtime runtime{{.threads = 1}};
  RuntimeCore& core = *runtime.core();
  Kept late;
  core.arm(late, core.now() + Ticks{3'600'000'000'000});
  poolder_tests::Tally over;
  std::atomic<int> early{0};

  for (int i = 1; i <= 20; ++i) {
    core.arm(*new OneShot(core, over, early), core.now() + 1'000'000);
    ASSERT_TRUE(over.reaches(i));
  }

  EXPECT_TRUE(core.cancel(late));
  EXPECT_FALSE(core.cancel(late));
}

}  // namespace
