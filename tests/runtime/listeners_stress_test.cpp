#include "runtime/listeners.hpp"

#include <atomic>
#include <functional>
#include <memory>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/runtime/runtime.hpp>

#include "support/gate.hpp"
#include "support/threads.hpp"

using namespace poolder::detail;
using poolder::Subscription;
using poolder_tests::Gate;
using poolder_tests::on_threads;
using poolder_tests::Tally;

namespace {

using Numbers = Listeners<std::function<void(int)>>;

struct ListenersOf {
  poolder::Runtime runtime{{.threads = 2}};
  RuntimeCore& core = *runtime.core();
  Numbers numbers;

  Subscription on(std::function<void(int)> callback) {
    return numbers.add(core, std::move(callback));
  }
  void tell(int number) {
    numbers.tell(core, [number](const auto& callback) { callback(number); });
  }
};

TEST(Listeners, NeverOverlapAndHearEachThreadsEventsInItsOrder) {
  ListenersOf events;
  constexpr int threads = 4, each = 2'000;
  int heard = 0;  // unguarded: calls of one subscription do not overlap
  std::vector<int> last(threads, -1);
  const Subscription subscription = events.on([&](int number) {
    ++heard;
    EXPECT_EQ(number % each, last[static_cast<std::size_t>(number / each)] + 1);
    last[static_cast<std::size_t>(number / each)] = number % each;
  });

  on_threads(threads, [&](std::size_t i) {
    for (int n = 0; n < each; ++n) events.tell(static_cast<int>(i) * each + n);
  });

  EXPECT_EQ(heard, threads * each);
}

TEST(Listeners, AreCalledOnTheThreadThatCausedTheEventBeforeItGoesOn) {
  ListenersOf events;
  std::atomic<int> elsewhere{0};
  thread_local int heard_here = 0;
  const Subscription subscription = events.on([&](int) { ++heard_here; });

  on_threads(3, [&](std::size_t) {
    heard_here = 0;
    for (int n = 1; n <= 1'000; ++n) {
      events.tell(n);
      if (heard_here != n) ++elsewhere;
    }
  });

  EXPECT_EQ(elsewhere, 0);
}

TEST(Listeners, HearWhatTheyCauseThemselvesRightAfterInOrder) {
  ListenersOf events;
  std::vector<int> heard;
  bool inside = false;
  const Subscription subscription = events.on([&](int number) {
    EXPECT_FALSE(inside);
    inside = true;
    heard.push_back(number);
    if (number < 10) {
      events.tell(10 * number);
      events.tell(10 * number + 1);
    }
    inside = false;
  });

  events.tell(1);
  events.tell(2);

  EXPECT_EQ(heard, (std::vector<int>{1, 10, 11, 2, 20, 21}));
}

// Each waits, inside its callback, for the other's: both calls are left to who calls now.
TEST(Listeners, ThatTellOneAnotherOnTwoThreadsDoNotWaitForEachOther) {
  ListenersOf left, right;
  for (int round = 0; round < 300; ++round) {
    Tally inside, told;
    const auto crossing = [&](ListenersOf& other) {
      return [&](int number) {
        if (number == 1) return told.add();
        inside.add();
        EXPECT_TRUE(inside.reaches(2));
        other.tell(1);
      };
    };
    const Subscription first = left.on(crossing(right));
    const Subscription second = right.on(crossing(left));

    on_threads(2, [&](std::size_t i) { (i == 0 ? left : right).tell(0); });

    EXPECT_EQ(told.count(), 2);
  }
}

// The callback waits for a worker's thread, in effect, that has an event for it.
TEST(Listeners, AreWaitedForByNobodyWhileTheyWaitThemselves) {
  ListenersOf events;
  for (int round = 0; round < 300; ++round) {
    WaitPoint goes_on;
    Gate inside;
    std::vector<int> heard;
    const Subscription subscription = events.on([&](int number) {
      heard.push_back(number);
      if (number != 0) return;
      inside.open();
      EXPECT_TRUE(goes_on.wait_until(events.core, never));
    });

    on_threads(2, [&](std::size_t i) {
      if (i == 0) return events.tell(0);
      EXPECT_TRUE(inside.wait());
      events.tell(1);
      events.tell(2);
      goes_on.signal();
    });

    EXPECT_EQ(heard, (std::vector<int>{0, 1, 2}));
  }
}

TEST(Listeners, ComeAndGoWhileOthersAreTold) {
  ListenersOf events;
  std::atomic<bool> over{false};
  std::atomic<std::uint64_t> heard{0};
  std::uint64_t faithful = 0;
  const Subscription subscription = events.on([&](int) { ++faithful; });
  constexpr int told = 3'000;

  on_threads(4, [&](std::size_t i) {
    if (i < 2) {
      for (int n = 0; n < told; ++n) events.tell(n);
      over = true;
      return;
    }
    do {
      auto mine = std::make_unique<std::uint64_t>(0);  // destroyed by its owner, not by the last
      Subscription brief = events.on([&mine](int) { ++*mine; });
      events.tell(-1);
      brief.cancel();
      heard += *mine;
      mine.reset();
    } while (!over);
  });

  EXPECT_GE(faithful, static_cast<std::uint64_t>(2 * told));
  EXPECT_GT(heard, 0u);
}

TEST(Listeners, AreSettledOnceAllThatWasToldBeforeIsHeard) {
  ListenersOf events;
  for (int round = 0; round < 300; ++round) {
    WaitPoint goes_on;
    Gate inside;
    Tally left;
    std::atomic<int> heard{0};
    const Subscription subscription = events.on([&](int number) {
      if (number == 0) {
        inside.open();
        EXPECT_TRUE(goes_on.wait_until(events.core, never));
      }
      ++heard;
    });

    on_threads(3, [&](std::size_t i) {
      if (i == 0) return events.tell(0);
      EXPECT_TRUE(inside.wait());
      if (i == 1) {
        events.tell(1);
        EXPECT_FALSE(events.numbers.settle(events.core, events.core.now()));
        left.add();
        goes_on.signal();
        return;
      }
      EXPECT_TRUE(left.reaches(1));
      EXPECT_TRUE(events.numbers.settle(events.core, never));
      EXPECT_EQ(heard, 2);
    });
  }
}

TEST(Listeners, ThatThrowDisturbNobodyAndAreCounted) {
  ListenersOf events;
  int heard = 0;
  const Subscription first = events.on([](int) { throw 1; });
  const Subscription second = events.on([&](int) { ++heard; });
  const Subscription third = events.on([](int) { throw std::runtime_error("planned"); });

  for (int n = 0; n < 5; ++n) events.tell(n);

  EXPECT_EQ(heard, 5);
  EXPECT_EQ(events.core.callback_failures(), 10u);
}

TEST(Listeners, AreForgottenWithWhatTheyHoldOnceCancelled) {
  ListenersOf events;
  const auto held = std::make_shared<int>(0);
  Subscription subscription = events.on([held](int) { ++*held; });
  EXPECT_TRUE(events.numbers.anyone());

  subscription.cancel();

  EXPECT_FALSE(events.numbers.anyone());
  EXPECT_EQ(held.use_count(), 1);
  events.tell(1);
  EXPECT_EQ(*held, 0);
}

TEST(Listeners, CancelThemselvesAndHearNothingMoreNotEvenWhatTheyCaused) {
  ListenersOf events;
  std::vector<int> heard;
  Subscription subscription;
  subscription = events.on([&](int number) {
    heard.push_back(number);
    events.tell(number + 1);
    if (number == 2) subscription.cancel();
  });

  events.tell(0);

  EXPECT_EQ(heard, (std::vector<int>{0, 1, 2}));
}

TEST(Listeners, SubscriptionsOutliveTheListAndTheRuntime) {
  auto events = std::make_unique<ListenersOf>();
  Subscription subscription = events->on([](int) {});

  events.reset();

  subscription.cancel();
}

}  // namespace
