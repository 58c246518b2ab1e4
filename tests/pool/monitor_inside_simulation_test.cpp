// Monitors that are set, cancelled and used from inside handlers and callbacks.

#include <functional>
#include <optional>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

using Act = std::function<void(Context&)>;

struct Hand {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  void handle_job(const Act& act, Context& context) { act(context); }
};
using Hands = Pool<Hand>;

PoolOptions two() { return {.size = 2, .restart = lenient, .shutdown = 1ms}; }

TEST(PoolMonitor, AHandlerMonitorsItsOwnWorkerAndAnother) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<std::pair<Pid, ExitReason::Kind>> told;
    std::vector<Subscription> watches;
    SimulatedRuntime runtime{seed};
    Hands pool{runtime, two()};
    const Pid own = pool.worker(0), other = pool.worker(1);
    const auto note = [&](Pid pid, const ExitReason& reason) {
      told.emplace_back(pid, reason.kind);
    };

    pool.cast(Act{[&](Context& context) {
                watches.push_back(runtime.monitor(context.self(), note));
                watches.push_back(runtime.monitor(other, note));
                if (seed % 2 == 0) pool.kill(other);
                throw Planned{};
              }},
              own);
    runtime.advance(1s);
    if (seed % 2 != 0) pool.stop();
    runtime.run_until_idle();

    ASSERT_EQ(told.size(), 2u);
    if (told[0].first != own) std::swap(told[0], told[1]);
    EXPECT_EQ(told[0], std::pair(own, ExitReason::Kind::failed));
    EXPECT_EQ(told[1], std::pair(other, seed % 2 == 0 ? ExitReason::Kind::killed
                                                      : ExitReason::Kind::shutdown));
  });
}

TEST(PoolMonitor, ACallbackMayThrowCancelItselfAndMonitorAgain) {
  for_each_seed([](std::uint64_t seed) {
    int first = 0, second = 0, third = 0;
    SimulatedRuntime runtime{seed};
    Hands pool{runtime, two()};
    const Pid pid = pool.worker(0);
    std::optional<Subscription> throws, again, cancels;
    throws = runtime.monitor(pid, [&](Pid, const ExitReason&) {
      ++first;
      throw Planned{};
    });
    again = runtime.monitor(pid, [&](Pid gone, const ExitReason&) {
      ++second;
      if (second < 3)
        pool.cast(Act{[&, gone](Context&) {
          again = runtime.monitor(gone, [&](Pid, const ExitReason&) { ++second; });
        }});
    });
    cancels = runtime.monitor(pid, [&](Pid, const ExitReason&) {
      ++third;
      cancels.reset();
    });

    pool.kill(pid);
    runtime.advance(1s);

    EXPECT_EQ(first, 1);
    EXPECT_EQ(second, 2);
    EXPECT_EQ(third, 1);
    EXPECT_FALSE(cancels);
  });
}

TEST(PoolMonitor, AHandlerCancelsWhatIsAboutToBeTold) {
  for_each_seed([](std::uint64_t seed) {
    bool cancelled = false;
    int late = 0;
    SimulatedRuntime runtime{seed};
    Hands pool{runtime, two()};
    std::optional<Subscription> watch =
        runtime.monitor(pool.worker(0), [&](Pid, const ExitReason&) { late += cancelled ? 1 : 0; });

    pool.kill(pool.worker(0));
    pool.cast(Act{[&](Context&) {
      watch.reset();
      cancelled = true;
    }});
    runtime.advance(1s);

    EXPECT_TRUE(cancelled);
    EXPECT_EQ(late, 0);
  });
}

TEST(PoolMonitor, ARestartInPlaceIsTheEndOfThePidsThatWereThere) {
  for_each_seed([](std::uint64_t seed) {
    std::vector<Pid> told;
    SimulatedRuntime runtime{seed};
    Hands pool{runtime, two()};
    const std::vector<Pid> before = pool.workers();
    const auto note = [&](Pid pid, const ExitReason&) { told.push_back(pid); };
    const Subscription first = runtime.monitor(before[0], note);

    pool.stop();
    pool.core()->restart();
    const Subscription second = runtime.monitor(before[1], note);
    const Subscription fresh = runtime.monitor(pool.worker(0), note);
    runtime.run_until_idle();

    std::sort(told.begin(), told.end());
    EXPECT_EQ(told, before);
  });
}

}  // namespace
