// Workers that crash, exit, or cannot be constructed, and the policy that counts them.

#include <optional>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Crash {};
struct Leave {};
struct Ask {};

struct Births {
  std::vector<Duration> at;
  int failing = 0;  // the next so many constructors throw
};

struct Mortal {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};

  Mortal(Births* its_births, Runtime* runtime) {
    its_births->at.push_back(runtime->now().time_since_epoch());
    if (its_births->failing > 0) {
      --its_births->failing;
      throw Planned{};
    }
  }

  void handle_job(Crash) { throw Planned{}; }
  Next handle_job(Leave) { return poolder::exit("done"); }
  int handle_call(Ask) { return 1; }
  int handle_call(Crash) { throw Planned{}; }
};

/// More than max_restarts within period, in the plainest words.
class Model {
 public:
  explicit Model(RestartPolicy allowed) : allowed_(allowed) {}

  bool survives_crash_at(Duration now) {
    std::erase_if(crashes_, [&](Duration each) { return each < now - allowed_.period; });
    crashes_.push_back(now);
    return crashes_.size() <= static_cast<std::size_t>(allowed_.max_restarts);
  }

 private:
  RestartPolicy allowed_;
  std::vector<Duration> crashes_;
};

TEST(PoolRestart, MoreThanMaxRestartsInAPeriodStopThePoolAndNoFewer) {
  int survived = 0, failed = 0;

  for_each_seed([&](std::uint64_t seed) {
    Births births;
    SimulatedRuntime runtime{seed};
    detail::Random random{seed};
    const RestartPolicy policy{.max_restarts = static_cast<int>(random.below(4)), .period = 20ms};
    Pool<Mortal> pool{runtime, PoolOptions{.size = 3, .restart = policy}, &births, &runtime};
    Model model{policy};

    bool alive = true;
    for (int i = 0; i < 6 && alive; ++i) {
      runtime.advance(std::chrono::milliseconds{random.below(15)});
      alive = model.survives_crash_at(runtime.now().time_since_epoch());
      switch (random.below(3)) {
        case 0:
          pool.cast(Crash{});
          break;
        case 1:
          EXPECT_THROW(pool.call(Crash{}), Planned);
          break;
        default:
          pool.kill(pool.worker(random.below(3)));
      }
      runtime.run_until_idle();
      EXPECT_EQ(error_of([&] { pool.cast(Leave{}); }),
                alive ? std::nullopt : std::optional{ErrorCode::stopped});
      runtime.run_until_idle();
    }
    ++(alive ? survived : failed);
  });

  EXPECT_GT(survived, 50);
  EXPECT_GT(failed, 50);
}

TEST(PoolRestart, APoolThatFailsAnswersItsQueuedCallsWithStopped) {
  for_each_seed([](std::uint64_t seed) {
    Births births;
    SimulatedRuntime runtime{seed};
    Pool<Mortal> pool{runtime, PoolOptions{.size = 2, .restart = {.max_restarts = 0}}, &births,
                      &runtime};
    std::vector<Future<int>> asked;
    ExitReason told;
    const Subscription watch =
        runtime.monitor(pool.worker(1), [&](Pid, const ExitReason& reason) { told = reason; });

    pool.pause();
    pool.cast(Crash{}, Route::index(0));
    for (int i = 0; i < 4; ++i)
      asked.push_back(pool.send_request(Ask{}, {.route = Route::index(0)}));
    pool.resume();

    for (Future<int>& each : asked) EXPECT_EQ(error_of([&] { each.get(); }), ErrorCode::stopped);
    runtime.run_until_idle();
    EXPECT_EQ(told.kind, ExitReason::Kind::failed);
    EXPECT_EQ(pool.stats().dropped, 5u);
    EXPECT_EQ(error_of([&] { pool.call(Ask{}); }), ErrorCode::stopped);
  });
}

TEST(PoolRestart, ExitIsOutsideThePolicysCount) {
  for_each_seed([](std::uint64_t seed) {
    Births births;
    SimulatedRuntime runtime{seed};
    Pool<Mortal> pool{runtime, PoolOptions{.size = 2, .restart = {.max_restarts = 1}}, &births,
                      &runtime};

    for (int i = 0; i < 20; ++i) pool.cast(Leave{});
    EXPECT_TRUE(pool.drain(1s));
    pool.cast(Crash{});
    EXPECT_TRUE(pool.drain(1s));

    EXPECT_EQ(pool.call(Ask{}), 1);
    EXPECT_EQ(births.at.size(), 2u + 20u + 1u);
    EXPECT_EQ(pool.stats().restarts, 1u);
    EXPECT_EQ(pool.size(), 2u);
  });
}

std::vector<Duration> waits(const Births& births, std::size_t from) {
  std::vector<Duration> waits;
  for (std::size_t i = from; i < births.at.size(); ++i)
    waits.push_back(births.at[i] - births.at[i - 1]);
  return waits;
}

TEST(PoolRestart, AConstructorThatThrowsIsTriedAgainWithAGrowingDelay) {
  for_each_seed([](std::uint64_t seed) {
    Births births;
    SimulatedRuntime runtime{seed};
    Pool<Mortal> pool{runtime, PoolOptions{.size = 1, .restart = lenient}, &births, &runtime};

    births.failing = 5;
    if (seed % 2 == 0)
      pool.cast(Crash{});
    else
      pool.cast(Leave{});
    const Future<int> queued = pool.send_request(Ask{});

    EXPECT_TRUE(pool.drain(1s));
    EXPECT_EQ(waits(births, 2), (std::vector<Duration>{1ms, 2ms, 4ms, 8ms, 16ms}));
    EXPECT_TRUE(queued.ready());
    EXPECT_EQ(pool.stats().processed, seed % 2 == 0 ? 1u : 2u);
  });
}

TEST(PoolRestart, AConstructorThatThrowsCountsAsACrash) {
  for_each_seed([](std::uint64_t seed) {
    Births births;
    SimulatedRuntime runtime{seed};
    Pool<Mortal> pool{runtime, PoolOptions{.size = 1, .restart = {.max_restarts = 3}}, &births,
                      &runtime};

    births.failing = 100;
    pool.cast(Crash{});
    Future<int> queued = pool.send_request(Ask{});

    EXPECT_EQ(error_of([&] { queued.get(); }), ErrorCode::stopped);
    EXPECT_EQ(births.at.size(), 1u + 3u);
  });
}

TEST(PoolRestart, ASlotThatWaitsForItsConstructorMayBeShrunkGrownKilledAndStopped) {
  for_each_seed([](std::uint64_t seed) {
    Births births;
    SimulatedRuntime runtime{seed};
    detail::Random random{seed};
    Pool<Mortal> pool{runtime, PoolOptions{.size = 2, .dynamic = true, .restart = lenient}, &births,
                      &runtime};
    const auto maybe_wait = [&] { runtime.advance(Duration{random.below(2) * 300'000}); };

    births.failing = 3;
    pool.cast(Crash{}, Route::index(1));
    runtime.run_until_idle();
    for (int i = 0; i < 3; ++i) pool.cast(Leave{}, Route::index(1));
    if (random.below(2) == 0) pool.kill(pool.worker(1));
    maybe_wait();
    if (random.below(2) == 0) pool.pause();
    births.failing = 0;
    pool.resize(1);
    maybe_wait();
    if (random.below(2) == 0) pool.resize(2);
    maybe_wait();
    pool.resume();

    if (random.below(4) != 0) {
      EXPECT_TRUE(pool.drain(1s));
      EXPECT_EQ(pool.stats().processed, 3u);
      EXPECT_EQ(pool.call(Ask{}, {.route = Route::index(pool.size() - 1)}), 1);
    }
    pool.stop();
    EXPECT_EQ(pool.stats().processed - (pool.stats().processed > 3 ? 1 : 0) + pool.stats().dropped,
              3u + 1u);
  });
}

}  // namespace
