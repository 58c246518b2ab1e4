// A pool that has stopped and is started afresh in place, as its supervisor does it.

#include <algorithm>
#include <memory>
#include <optional>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Job {};
struct Crash {};
struct Sleep {
  Duration span;
};
struct Age {};

struct Worker {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  Worker() = default;
  explicit Worker(int* failing) {
    if (*failing > 0 && --*failing == 0) throw Planned{};
  }

  void handle_job(Job) { ++age; }
  void handle_job(Crash) { throw Planned{}; }
  void handle_job(const Sleep& sleep, Context& context) {
    context.sleep(sleep.span);
    stopped = context.stop_token().stop_requested();
  }
  int handle_call(Age) { return age; }
  bool handle_call(Sleep) { return stopped; }

  int age = 0;
  bool stopped = false;
};

TEST(PoolRestartInPlace, ReferencesStayGoodAndWorkersAreFresh) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, PoolOptions{.name = "workers", .size = 2, .dynamic = true}};
    const Ref<Pool<Worker>> held = runtime.find<Pool<Worker>>("workers");
    detail::Random random{seed};
    pool.resize(1 + random.below(4));
    const std::vector<Pid> before = pool.workers();
    for (int i = 0; i < 3; ++i) pool.cast(Job{}, Route::index(0));
    EXPECT_TRUE(pool.drain(1s));
    if (random.below(2) == 0) pool.pause();

    pool.stop();
    EXPECT_EQ(error_of([&] { held->call(Age{}); }), ErrorCode::stopped);
    EXPECT_FALSE(runtime.find<Pool<Worker>>("workers"));
    pool.core()->restart();

    EXPECT_EQ(held->call(Age{}, {.route = Route::index(0)}), 0);
    EXPECT_TRUE(runtime.find<Pool<Worker>>("workers"));
    EXPECT_EQ(pool.size(), 2u);
    EXPECT_EQ(pool.stats().processed, 4u);
    for (const Pid each : before)
      EXPECT_EQ(error_of([&] { pool.cast(Job{}, each); }), ErrorCode::worker_down);
    pool.resize(4);
    EXPECT_EQ(pool.broadcast(Job{}), 4u);
    EXPECT_TRUE(pool.drain(1s));
  });
}

TEST(PoolRestartInPlace, IsForAPoolThatHasStopped) {
  SimulatedRuntime runtime{1};
  Pool<Worker> pool{runtime, PoolOptions{.size = 1}};

  EXPECT_EQ(error_of([&] { pool.core()->restart(); }), ErrorCode::invalid_argument);
  EXPECT_EQ(pool.call(Age{}), 0);
}

TEST(PoolRestartInPlace, WhoseWorkerCannotBeConstructedStaysStopped) {
  for_each_seed([](std::uint64_t seed) {
    int failing = 0;
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, PoolOptions{.name = "workers", .size = 3}, &failing};
    pool.stop();

    failing = 1 + static_cast<int>(seed % 3);
    EXPECT_THROW(pool.core()->restart(), Planned);
    EXPECT_EQ(error_of([&] { pool.cast(Job{}); }), ErrorCode::stopped);
    pool.core()->restart();

    EXPECT_EQ(pool.call(Age{}), 0);
  });
}

TEST(PoolRestartInPlace, WithANameThatIsTakenMeanwhileIsRefused) {
  SimulatedRuntime runtime{1};
  Pool<Worker> pool{runtime, PoolOptions{.name = "workers", .size = 1}};
  pool.stop();
  std::optional<Pool<Worker>> other;
  other.emplace(runtime, PoolOptions{.name = "workers", .size = 1});

  EXPECT_EQ(error_of([&] { pool.core()->restart(); }), ErrorCode::already_exists);
  other.reset();
  pool.core()->restart();

  EXPECT_EQ(pool.call(Age{}), 0);
}

TEST(PoolRestartInPlace, RestartsAreCountedAfresh) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime,
                      PoolOptions{.size = 1, .restart = {.max_restarts = 2, .period = 1h}}};

    for (int life = 0; life < 3; ++life) {
      for (int crash = 0; crash < 2; ++crash) {
        pool.cast(Crash{});
        EXPECT_TRUE(pool.drain(1s));
        EXPECT_EQ(pool.call(Age{}), 0);
      }
      pool.cast(Crash{});
      runtime.run_until_idle();
      EXPECT_EQ(error_of([&] { pool.cast(Job{}); }), ErrorCode::stopped);
      pool.core()->restart();
    }

    EXPECT_EQ(pool.stats().failed, 9u);
  });
}

// Its stop was quick: the timer of its shutdown time is still there.
TEST(PoolRestartInPlace, TheOldGenerationsTimersLeaveTheNewOneAlone) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Pool<Worker> pool{runtime, PoolOptions{.size = 1, .shutdown = 5s}};
    pool.cast(Sleep{1h});
    if (seed % 2 == 0) runtime.run_until_idle();
    pool.stop();
    pool.core()->restart();

    pool.cast(Sleep{1min});
    EXPECT_TRUE(pool.drain(2min));

    EXPECT_FALSE(pool.call(Sleep{}));
    EXPECT_EQ(pool.stats().restarts, 0u);
  });
}

struct Silent {
  int handle_call(Age) { return 1; }
};

struct Stuck {
  Stuck(Pool<Silent>** asked, int* its_ends) : silent(asked), ends(its_ends) {}
  ~Stuck() { ++*ends; }
  void handle_job(Sleep) { (*silent)->call(Age{}, {.timeout = infinity}); }
  void handle_job(Job) {}

  Pool<Silent>** silent;
  int* ends;
};

// It ends in the next life, whose own handler is stuck, and counted, like it was.
TEST(PoolRestartInPlace, AHandlerThatWasLeftBehindEndsForItself) {
  for_each_seed([](std::uint64_t seed) {
    int ends = 0;
    SimulatedRuntime runtime{seed};
    Pool<Silent> first{runtime, PoolOptions{.size = 1}}, second{runtime, PoolOptions{.size = 1}};
    first.pause();
    second.pause();
    Pool<Silent>* asked = &first;
    Pool<Stuck> pool{runtime, PoolOptions{.size = 1, .shutdown = 10ms}, &asked, &ends};
    pool.cast(Sleep{});
    runtime.run_until_idle();
    pool.stop();
    asked = &second;
    pool.core()->restart();
    pool.cast(Sleep{});
    runtime.run_until_idle();
    pool.kill(pool.worker(0));
    pool.cast(Job{});
    EXPECT_TRUE(pool.drain(1s));

    EXPECT_EQ(ends, 0);
    first.resume();
    runtime.run_until_idle();
    EXPECT_EQ(ends, 1);
    pool.cast(Job{});
    EXPECT_TRUE(pool.drain(1s));
    const auto began = runtime.now();
    pool.stop();

    EXPECT_EQ(elapsed(runtime, began), 10ms);  // for the second one
    EXPECT_EQ(pool.stats().processed, 2u);
    second.resume();
    runtime.run_until_idle();
    EXPECT_EQ(ends, 3);
  });
}

struct Welcomed {
  using Worker = ::Worker;
  static constexpr PoolOptions options{.size = 2};
  static void handle_init(PoolRef<::Worker> pool) {
    ++welcomes;
    if (welcomes == refuses) throw Planned{};
    pool.broadcast(Job{});
  }
  static inline int welcomes = 0;
  static inline int refuses = 0;
};

TEST(PoolRestartInPlace, HandleInitIsCalledAgain) {
  Welcomed::welcomes = 0;
  Welcomed::refuses = 2;
  SimulatedRuntime runtime{1};
  Pool<Welcomed> pool{runtime};
  pool.stop();

  EXPECT_THROW(pool.core()->restart(), Planned);
  EXPECT_EQ(error_of([&] { pool.cast(Job{}); }), ErrorCode::stopped);
  pool.core()->restart();
  EXPECT_TRUE(pool.drain(1s));

  EXPECT_EQ(Welcomed::welcomes, 3);
  EXPECT_EQ(pool.call(Age{}), 1);
}

/// What a job is worth: nothing that was taken is lost between two lives.
struct Counted {
  explicit Counted(int* its_run) : run(its_run) {}
  static constexpr WorkerOptions options{.retry = {.max_attempts = 2, .backoff = 3ms},
                                         .on_failure = OnFailure::restart};
  void handle_job(const Sleep& job, Context& context) {
    if (context.attempt() == 1 && job.span == 7ms) throw Planned{};
    context.sleep(job.span);
    ++*run;
  }
  int* run;
};

TEST(PoolRestartInPlace, QueuesAndBackoffsAreOpenAgain) {
  for_each_seed([](std::uint64_t seed) {
    int run = 0;
    SimulatedRuntime runtime{seed};
    const QueueOptions queue =
        seed % 2 == 0 ? QueueOptions{} : QueueOptions{.order = QueueOrder::lifo, .capacity = 3};
    Pool<Counted> pool{runtime, PoolOptions{.size = 1, .queue = queue, .restart = lenient}, &run};
    pool.stop();
    pool.core()->restart();

    pool.cast(Sleep{7ms});  // fails at first, and comes back from its backoff
    pool.cast(Sleep{1ms});
    EXPECT_TRUE(pool.drain(1s));

    EXPECT_EQ(run, 2);
    EXPECT_EQ(pool.stats().dropped, 0u);
  });
}

TEST(PoolRestartInPlace, EveryJobIsHandledOrCountedOverManyLives) {
  for_each_seed([](std::uint64_t seed) {
    int run = 0;
    std::uint64_t taken = 0;
    SimulatedRuntime runtime{seed};
    detail::Random random{seed};
    const QueueOptions queue = random.below(2) == 0 ? QueueOptions{}
                                                    : QueueOptions{.order = QueueOrder::lifo,
                                                                   .capacity = 3,
                                                                   .on_full = OnFull::drop_oldest};
    Pool<Counted> pool{
        runtime,
        PoolOptions{
            .size = 2, .dynamic = true, .queue = queue, .restart = lenient, .shutdown = 4ms},
        &run};

    for (int i = 0; i < 60; ++i) {
      const auto draw = random.below(20);
      if (draw == 0) {
        pool.stop();
      } else if (draw == 1) {
        const auto error = error_of([&] { pool.core()->restart(); });
        EXPECT_TRUE(!error || error == ErrorCode::invalid_argument);
      } else if (draw == 2) {
        runtime.advance(std::chrono::milliseconds{random.below(6)});
      } else if (draw == 3) {
        (void)error_of([&] { pool.resize(1 + random.below(4)); });
      } else if (draw == 4) {
        pool.kill(pool.worker(0));
      } else {
        taken += pool.try_cast(Sleep{std::chrono::milliseconds{random.below(9)}}) ? 1u : 0u;
      }
    }
    pool.stop();
    runtime.advance(1s);

    const PoolStats stats = pool.stats();
    EXPECT_EQ(stats.processed + stats.dropped, taken);
    EXPECT_EQ(stats.queue_length, 0u);
    EXPECT_GE(static_cast<std::uint64_t>(run), stats.processed);
  });
}

}  // namespace
