#include "runtime/subscriber.hpp"

#include <atomic>
#include <memory>
#include <thread>

#include <gtest/gtest.h>

#include <poolder/runtime/runtime.hpp>

#include "support/gate.hpp"
#include "support/threads.hpp"

using namespace poolder::detail;
using poolder::Subscription;
using poolder_tests::Gate;

namespace {

TEST(Subscription, RunsNoCallbackOnceCancelHasReturned) {
  poolder::Runtime runtime{{.threads = 1}};
  for (int round = 0; round < 400; ++round) {
    const auto subscriber = std::make_shared<Subscriber>(runtime.core());
    auto used = std::make_unique<int>(0);  // by the callback, and destroyed by its owner

    poolder_tests::on_threads(2, [&](std::size_t i) {
      if (i == 0) {
        subscriber->run(*runtime.core(), [&] { ++*used; });
      } else {
        subscriber->cancel();
        EXPECT_LE(*used, 1);
        used.reset();
      }
    });
  }
}

TEST(Subscription, WaitsForACallbackThatRuns) {
  poolder::Runtime runtime{{.threads = 1}};
  Gate begun, go_on;
  std::atomic<bool> over{false};
  Subscription subscription =
      runtime.monitor(poolder::Pid{}, [&](poolder::Pid, const poolder::ExitReason&) {
        begun.open();
        EXPECT_TRUE(go_on.wait());
        over = true;
      });
  ASSERT_TRUE(begun.wait());

  std::jthread releases([&] { go_on.open(); });
  subscription.cancel();

  EXPECT_TRUE(over);
}

TEST(Subscription, CancelsItselfFromWithinItsCallbackAtOnce) {
  poolder::Runtime runtime{{.threads = 1}};
  Gate subscribed, cancelled;
  Subscription subscription;
  subscription = runtime.monitor(poolder::Pid{}, [&](poolder::Pid, const poolder::ExitReason&) {
    EXPECT_TRUE(subscribed.wait());
    subscription.cancel();
    cancelled.open();
  });
  subscribed.open();

  EXPECT_TRUE(cancelled.wait());
}

TEST(Subscription, IsCancelledByManyAtOnceOneOfThemItsOwnCallback) {
  poolder::Runtime runtime{{.threads = 2}};
  for (int round = 0; round < 200; ++round) {
    Gate subscribed;
    Subscription subscription;
    subscription = runtime.monitor(poolder::Pid{}, [&](poolder::Pid, const poolder::ExitReason&) {
      EXPECT_TRUE(subscribed.wait());
      subscription.cancel();
    });
    subscribed.open();

    poolder_tests::on_threads(2, [&](std::size_t) { subscription.cancel(); });
  }
}

TEST(Subscription, OutlivesItsRuntime) {
  auto runtime = std::make_unique<poolder::Runtime>(poolder::RuntimeOptions{.threads = 1});
  Subscription kept = runtime->monitor(poolder::Pid{}, [](auto&&...) {});
  Subscription moved = std::move(kept);

  runtime.reset();

  moved.cancel();
  moved.cancel();
}

}  // namespace
