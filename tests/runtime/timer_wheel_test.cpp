#include "runtime/timer_wheel.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>

using namespace poolder::detail;

namespace {

struct Alarm final : Timer {
  explicit Alarm(int its_number = 0) : Timer(nullptr), number(its_number) {}
  int number;
};

// The same in the plainest way: by deadline, and by the order armed where deadlines are equal.
class Model {
 public:
  void arm(Alarm& alarm, Ticks deadline) { waiting_.emplace(deadline, &alarm); }
  bool cancel(const Alarm& alarm) {
    return std::erase_if(waiting_, [&](const auto& each) { return each.second == &alarm; }) > 0;
  }
  Alarm* take_due(Ticks now) {
    if (waiting_.empty() || waiting_.begin()->first > now) return nullptr;
    return waiting_.extract(waiting_.begin()).mapped();
  }
  Ticks earliest() const { return waiting_.empty() ? never : waiting_.begin()->first; }
  std::size_t size() const { return waiting_.size(); }

 private:
  std::multimap<Ticks, Alarm*> waiting_;
};

Ticks draw_delay(Random& random) {
  const auto bits = random.below(40);  // from a nanosecond to 18 minutes, each octave as likely
  return static_cast<Ticks>(random.next() & ((std::uint64_t{1} << bits) - 1));
}

TEST(TimerWheel, AgreesWithASortedListWhateverIsArmedAndCancelled) {
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    SCOPED_TRACE(seed);
    Random random{seed};
    Ticks now = static_cast<Ticks>(random.next() >> (2 + random.below(30)));
    TimerWheel wheel{now};
    Model model;
    std::vector<std::unique_ptr<Alarm>> alarms;

    for (int step = 0; step < 400; ++step) {
      const auto kind = random.below(4);
      if (kind < 2) {
        alarms.push_back(std::make_unique<Alarm>(step));
        const Ticks deadline = now + draw_delay(random);
        wheel.arm(*alarms.back(), deadline);
        model.arm(*alarms.back(), deadline);
      } else if (kind == 2 && !alarms.empty()) {
        Alarm& chosen = *alarms[random.below(static_cast<std::uint32_t>(alarms.size()))];
        ASSERT_EQ(wheel.cancel(chosen), model.cancel(chosen));
      } else {
        ASSERT_LE(wheel.next_deadline(), std::max(model.earliest(), now));
        now += draw_delay(random);
        for (Timer* due = nullptr; (due = wheel.take_due(now));)
          ASSERT_EQ(due, model.take_due(now));
        ASSERT_EQ(model.take_due(now), nullptr);
      }
      ASSERT_EQ(wheel.size(), model.size());
      ASSERT_EQ(wheel.earliest(), std::max(model.earliest(), now));
    }
    for (const auto& each : alarms) wheel.cancel(*each);
  }
}

TEST(TimerWheel, FiresEqualDeadlinesInTheOrderArmed) {
  TimerWheel wheel{1'000};
  std::vector<std::unique_ptr<Alarm>> all;
  for (int i = 0; i < 10; ++i) {
    all.push_back(std::make_unique<Alarm>(i));
    wheel.arm(*all.back(), 5'000'000);
    EXPECT_EQ(wheel.take_due(1'000 + i * 400'000), nullptr);  // they move down as time goes by
  }

  for (int i = 0; i < 10; ++i) EXPECT_EQ(static_cast<Alarm*>(wheel.take_due(5'000'000))->number, i);
}

TEST(TimerWheel, FiresAtOnceWhatIsLateWhenArmed) {
  TimerWheel wheel{1'000};
  Alarm alarm;

  wheel.arm(alarm, 5);

  EXPECT_EQ(wheel.take_due(1'000), &alarm);
  EXPECT_EQ(wheel.size(), 0u);
}

TEST(TimerWheel, SaysWhenToLookAgainAndComesToEachTimerInAFewLooks) {
  TimerWheel wheel{0};
  Alarm alarm;
  const Ticks deadline = 3'600'000'000'001;
  wheel.arm(alarm, deadline);

  int looks = 0;
  for (Ticks now = 0; !wheel.take_due(now); now = wheel.next_deadline()) {
    ASSERT_LE(now, deadline);
    ++looks;
  }

  EXPECT_LE(looks, 11);
}

TEST(TimerWheel, HoldsATimerForTheEndOfTime) {
  TimerWheel wheel{1};
  Alarm alarm;
  wheel.arm(alarm, never);

  EXPECT_EQ(wheel.take_due(never - 1), nullptr);
  EXPECT_EQ(wheel.take_due(never), &alarm);
}

TEST(TimerWheel, DoesNotCancelWhatIsNotArmed) {
  TimerWheel wheel{1};
  Alarm alarm;

  EXPECT_FALSE(wheel.cancel(alarm));
  wheel.arm(alarm, 5);
  EXPECT_TRUE(wheel.cancel(alarm));
  EXPECT_FALSE(wheel.cancel(alarm));
  EXPECT_EQ(wheel.take_due(10), nullptr);
}

}  // namespace
