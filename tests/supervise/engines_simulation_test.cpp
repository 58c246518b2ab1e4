// Each of poolder's engines as a child: one that ends comes back in place, and works.

#include <numeric>
#include <vector>

#include "supervise/actor.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Job {};

struct Worker {
  void handle_job(Job) {}
  int handle_call(Job) { return 7; }
};
using Workers = Pool<Worker>;

struct Sums {
  explicit Sums(int* its_sum) : sum(its_sum) {}
  using Item = int;
  static constexpr BatcherOptions options{.name = "sums", .limit = 3};
  void handle_batch(Batch<int>& batch) { *sum = std::accumulate(batch.begin(), batch.end(), *sum); }
  int* sum;
};

struct Clock {
  explicit Clock(int* its_ticks) : ticks(its_ticks) {}
  void tick() { ++*ticks; }
  static constexpr auto jobs = poolder::jobs(poolder::job<&Clock::tick>("tick", 10ms));
  int* ticks;
};

struct Stage {
  explicit Stage(std::uint64_t seed, Strategy strategy, int max_restarts)
      : runtime(seed),
        app(runtime, {.strategy = strategy, .max_restarts = max_restarts},
            child<Workers>(PoolOptions{.name = "workers", .size = 2}), child<Batcher<Sums>>(&sum),
            child<Tasker>(TaskerOptions{.name = "tasker", .limit = 2}),
            child<Scheduler<Clock>>(&ticks),
            child<FactoryPool>(FactoryPoolOptions{.name = "factory"}),
            child<Supervisor>(SupervisorOptions{.name = "in"},
                              child<Workers>(PoolOptions{.name = "inner", .size = 1}))),
        workers(app.get<Workers>()),
        sums(app.get<Batcher<Sums>>()),
        tasker(app.get<Tasker>()),
        clock(app.get<Scheduler<Clock>>()),
        factory(app.get<FactoryPool>()),
        inner(app.get<Supervisor>()) {}

  void stop_one(std::uint32_t which) {
    switch (which) {
      case 0:
        return workers.stop();
      case 1:
        return sums.stop();
      case 2:
        return tasker.stop();
      case 3:
        return clock.stop();
      case 4:
        return factory.stop();
      default:
        return inner.stop();
    }
  }

  void expect_all_work() {
    EXPECT_EQ(workers.call(Job{}), 7);
    EXPECT_EQ(inner.get<Workers>().call(Job{}), 7);
    const int before = sum;
    sums.push_all(std::vector{1, 2, 3, 4});
    EXPECT_TRUE(sums.drain(1s));
    EXPECT_EQ(sum, before + 10);
    EXPECT_EQ(tasker.submit([] { return 5; }).get(), 5);
    const auto worker = factory.start_child<Worker>("group");
    EXPECT_EQ(factory.call(worker, Job{}), 7);
    const int ticked = ticks;
    runtime.advance(25ms);
    EXPECT_GE(ticks, ticked + 2);
  }

  int sum = 0, ticks = 0;
  SimulatedRuntime runtime;
  Supervisor app;
  Workers& workers;
  Batcher<Sums>& sums;
  Tasker& tasker;
  Scheduler<Clock>& clock;
  FactoryPool& factory;
  Supervisor& inner;
};

TEST(SupervisedEngines, EachComesBackInPlaceAndWorks) {
  for_each_seed([](std::uint64_t seed) {
    detail::Random random{seed};
    Stage stage{seed, static_cast<Strategy>(seed % 3), 1'000};

    for (int i = 0; i < 4; ++i) {
      stage.stop_one(random.below(6));
      if (random.below(2) == 0) stage.stop_one(random.below(6));
      stage.runtime.run_until_idle();
      EXPECT_EQ(stage.app.count(), 6u);
      stage.expect_all_work();
    }
    stage.app.stop();

    EXPECT_EQ(error_of([&] { stage.workers.cast(Job{}); }), ErrorCode::stopped);
    EXPECT_EQ(error_of([&] { stage.sums.push(1); }), ErrorCode::stopped);
    EXPECT_EQ(error_of([&] { stage.tasker.execute([] {}); }), ErrorCode::stopped);
    EXPECT_EQ(error_of([&] { stage.clock.run_now("tick"); }), ErrorCode::stopped);
    EXPECT_EQ(error_of([&] { stage.factory.start_child<Worker>("group"); }), ErrorCode::stopped);
  });
}

}  // namespace
