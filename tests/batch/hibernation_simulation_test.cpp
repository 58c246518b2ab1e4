// Batchers that have nothing to do.

#include <memory>
#include <vector>

#include "batch/batcher_core.hpp"
#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Log {
  std::vector<Duration> hibernated{};
  std::size_t handled = 0;
  bool throws = false;
};

struct Dozing {
  using Item = int;
  Dozing(Runtime* its_runtime, Log* its_log)
      : runtime(its_runtime), start(its_runtime->now()), log(its_log) {}
  void handle_batch(Batch<int>& batch) { log->handled += batch.size(); }
  void handle_hibernate() {
    log->hibernated.push_back(runtime->now() - start);
    if (log->throws) throw Planned{};
  }
  Runtime* runtime;
  std::chrono::steady_clock::time_point start;
  Log* log;
};

TEST(BatcherHibernation, ComesExactlyThatLongAfterTheLastBatchAndOnceInAnIdleTime) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    log.throws = seed % 2 == 0;
    SimulatedRuntime runtime{seed};
    Batcher<Dozing> batcher{runtime, BatcherOptions{.timeout = 10ms, .hibernate_after = 50ms},
                            &runtime, &log};

    runtime.advance(200ms);  // at 50
    batcher.push(1);         // handled at 210
    runtime.advance(30ms);
    batcher.push(2);  // handled at 240
    runtime.advance(59ms);
    EXPECT_EQ(log.hibernated, std::vector<Duration>{50ms});
    runtime.advance(1s);

    EXPECT_EQ(log.hibernated, (std::vector<Duration>{50ms, 290ms}));
    EXPECT_EQ(log.handled, 2u);
  });
}

TEST(BatcherHibernation, ComesAfterAStartAfreshToo) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Batcher<Dozing> batcher{runtime, BatcherOptions{.hibernate_after = 50ms}, &runtime, &log};
    runtime.advance(1s);
    batcher.stop();

    batcher.core()->restart();
    runtime.advance(1h);

    EXPECT_EQ(log.hibernated, (std::vector<Duration>{50ms, 50ms}));
  });
}

TEST(BatcherHibernation, GivesTheMemoryOfPastBatchesBack) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Batcher<Dozing> batcher{runtime, BatcherOptions{.limit = 2, .hibernate_after = 50ms}, &runtime,
                            &log};
    const auto core = std::static_pointer_cast<detail::BatcherCore>(batcher.core());

    batcher.push_all(std::vector<int>{1, 2, 3, 4});
    EXPECT_TRUE(batcher.drain(1s));
    runtime.advance(49ms);
    EXPECT_GT(core->spare_batches(), 0u);
    runtime.advance(1ms);
    EXPECT_EQ(core->spare_batches(), 0u);

    batcher.push_all(std::vector<int>{5, 6});
    EXPECT_TRUE(batcher.drain(1s));
    EXPECT_EQ(log.handled, 6u);
  });
}

// What is collected without a timeout may wait for ever: it sleeps over it, and keeps it.
TEST(BatcherHibernation, KeepsWhatIsCollected) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    Batcher<Dozing> batcher{runtime, BatcherOptions{.hibernate_after = 50ms}, &runtime, &log};

    for (int i = 0; i < 4; ++i) {
      batcher.push(i);
      runtime.advance(40ms);
    }
    EXPECT_TRUE(log.hibernated.empty());
    runtime.advance(1s);
    EXPECT_EQ(log.hibernated, std::vector<Duration>{170ms});
    EXPECT_EQ(batcher.size(), 4u);
    EXPECT_TRUE(batcher.drain(1s));

    EXPECT_EQ(log.handled, 4u);
  });
}

}  // namespace
