#include <atomic>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include <poolder/runtime/detail/wait_point.hpp>
#include <poolder/runtime/runtime.hpp>

#include "support/threads.hpp"

using namespace poolder::detail;

namespace {

TEST(WaitPoint, IsLeftBySignalOrByDeadlineAndNeverTouchedAfter) {
  poolder::Runtime runtime{{.threads = 1}};
  int signalled = 0, timed_out = 0;
  for (int round = 0; round < 800; ++round) {
    auto point = std::make_unique<WaitPoint>();
    std::atomic<bool> ready{false};
    std::jthread signaller([&, at = point.get()] {
      ready = true;
      at->signal();
    });
    while (!ready) std::this_thread::yield();

    const Ticks deadline = runtime.core()->now() + (round % 8) * 5'000;
    if (point->wait_until(*runtime.core(), deadline)) {
      point.reset();  // the signaller may still be on its way out
      ++signalled;
    } else {
      ++timed_out;
      ASSERT_TRUE(point->wait_until(*runtime.core(), never));  // the signal is not lost
    }
  }

  EXPECT_EQ(signalled + timed_out, 800);
  EXPECT_GT(signalled, 0);
}

TEST(WaitPoint, TellsEitherTheSignallerOrWhoeverDoesNotWantToWait) {
  for (int round = 0; round < 300; ++round) {
    WaitPoint point;
    bool told_signaller = false, too_late = false;

    poolder_tests::on_threads(2, [&](std::size_t i) {
      if (i == 0) {
        told_signaller = point.signal();
      } else {
        too_late = !point.instead_of_waiting();
      }
    });

    ASSERT_NE(told_signaller, too_late);
    ASSERT_TRUE(point.signalled());
  }
}

TEST(WaitPoint, ShowsTheWaiterWhatWasWrittenBeforeTheSignal) {
  for (int round = 0; round < 300; ++round) {
    WaitPoint point;
    int written = -1, seen = -1;

    poolder_tests::on_threads(2, [&](std::size_t i) {
      if (i == 0) {
        written = round;
        point.signal();
      } else if (point.wait_until_awake(never)) {
        seen = written;
      }
    });

    ASSERT_EQ(seen, round);
  }
}

}  // namespace
