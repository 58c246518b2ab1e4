// PoolEvents: what is told of workers, and when.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

/// What has been told, in a few words each.
struct Heard {
  std::vector<std::string> lines;

  PoolEvents events() {
    return {.init_start = [this](std::string_view pool) { add("start", pool); },
            .worker_created = [this](std::string_view pool, Pid) { add("created", pool); },
            .worker_died =
                [this](std::string_view pool, Pid, const ExitReason& reason) {
                  static constexpr const char* names[] = {"normal", "shutdown", "killed", "failed"};
                  add(std::string("died ") + names[static_cast<int>(reason.kind)], pool);
                }};
  }
  void add(std::string what, std::string_view pool) {
    EXPECT_EQ(pool, "heard");
    lines.push_back(std::move(what));
  }
  std::vector<std::string> take() { return std::exchange(lines, {}); }
};
using Lines = std::vector<std::string>;

struct Job {};
struct Crash {};
struct Exit {};
struct Hang {};

struct Plain {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  Plain() = default;
  explicit Plain(int* failing) {
    if (*failing > 0 && --*failing == 0) throw Planned{};
  }
  void handle_job(Job) {}
  void handle_job(Crash) { throw Planned{}; }
  Next handle_job(Exit) { return poolder::exit("done"); }
  void handle_job(Hang, Context& context) { context.sleep(1h); }
  bool handle_call(Job) { return true; }
};

struct Definition {
  using Worker = Plain;
  static constexpr PoolOptions options{.name = "heard", .size = 1, .restart = lenient};
  static PoolEvents events() { return heard->events(); }
  static inline Heard* heard = nullptr;
};

PoolOptions one() { return {.name = "heard", .size = 1, .dynamic = true, .restart = lenient}; }

TEST(PoolEvents, OfADefinitionHearOfTheFirstWorkerAndOfTheLast) {
  for_each_seed([](std::uint64_t seed) {
    Heard heard;
    Definition::heard = &heard;
    SimulatedRuntime runtime{seed};
    {
      Pool<Definition> pool{runtime};
      EXPECT_EQ(heard.take(), (Lines{"start", "created"}));
      pool.stop();
      EXPECT_EQ(heard.take(), (Lines{"died shutdown"}));
      pool.core()->restart();
      EXPECT_EQ(heard.take(), (Lines{"start", "created"}));
    }
    EXPECT_EQ(heard.take(), (Lines{"died shutdown"}));
  });
}

TEST(PoolEvents, TellEveryKindOfDeathAndThenTheSuccessor) {
  for_each_seed([](std::uint64_t seed) {
    Heard heard;
    SimulatedRuntime runtime{seed};
    Pool<Plain> pool{runtime, one()};
    const Subscription subscription = pool.on(heard.events());

    pool.cast(Crash{});
    ASSERT_TRUE(pool.drain(1s));
    EXPECT_EQ(heard.take(), (Lines{"died failed", "start", "created"}));
    pool.cast(Exit{});
    ASSERT_TRUE(pool.drain(1s));
    EXPECT_EQ(heard.take(), (Lines{"died normal", "start", "created"}));
    pool.kill(pool.worker(0));
    ASSERT_TRUE(pool.drain(1s));
    EXPECT_EQ(heard.take(), (Lines{"died killed", "start", "created"}));
    pool.cast(Hang{});
    if (seed % 2 == 0) runtime.run_until_idle();
    pool.kill(pool.worker(0));
    ASSERT_TRUE(pool.drain(2h));
    EXPECT_EQ(heard.take(), (Lines{"died killed", "start", "created"}));
    pool.start_worker();
    EXPECT_EQ(heard.take(), (Lines{"start", "created"}));
    pool.stop_worker();
    runtime.run_until_idle();
    EXPECT_EQ(heard.take(), (Lines{"died shutdown"}));
    pool.cast(Hang{});
    runtime.run_until_idle();
    pool.stop();
    EXPECT_EQ(heard.take(), (Lines{"died shutdown"}));
  });
}

TEST(PoolEvents, TellAConstructorThatThrowsAsAFailedWorker) {
  for_each_seed([](std::uint64_t seed) {
    Heard heard;
    Definition::heard = &heard;
    int failing = 0;
    SimulatedRuntime runtime{seed};
    {
      Pool<Definition> pool{runtime, &failing};
      EXPECT_EQ(heard.take(), (Lines{"start", "created"}));

      failing = 1;
      pool.cast(Crash{});
      ASSERT_TRUE(pool.drain(1s));

      EXPECT_EQ(heard.take(), (Lines{"died failed", "start", "died failed", "start", "created"}));
    }
    heard.take();
    failing = 2;
    EXPECT_THROW((Pool<Definition>{runtime, PoolOptions{.name = "heard", .size = 3}, &failing}),
                 Planned);
    EXPECT_EQ(heard.take(), (Lines{"start", "created", "start", "died failed", "died shutdown"}));
  });
}

// Of a worker whose slot goes on, and of the message that comes next.
TEST(PoolEvents, AreToldBeforeTheSlotsNextMessageIsHandled) {
  for_each_seed([](std::uint64_t seed) {
    struct Look {
      bool* told;
    };
    struct Looking : Plain {
      using Plain::handle_job;
      void handle_job(Look look) { EXPECT_TRUE(*look.told); }
    };
    SimulatedRuntime runtime{seed};
    Pool<Looking> pool{runtime, {.size = 2, .restart = lenient}};
    bool died = false, created = false;
    const Pid victim = pool.worker(0);
    const Subscription subscription =
        pool.on({.worker_created =
                     [&](std::string_view, Pid pid) {
                       EXPECT_TRUE(died);
                       EXPECT_EQ(pid, pool.worker(0));
                       created = true;
                     },
                 .worker_died =
                     [&](std::string_view, Pid pid, const ExitReason&) {
                       EXPECT_EQ(pid, victim);
                       died = true;
                     }});

    if (seed % 3 == 0) pool.cast(Crash{}, victim);
    if (seed % 3 == 1) pool.cast(Exit{}, victim);
    if (seed % 3 == 2) pool.cast(Hang{}, victim);
    pool.cast(Look{&created}, Route::index(0));
    if (seed % 2 == 0) runtime.run_until_idle();
    if (seed % 3 == 2) pool.kill(victim);

    ASSERT_TRUE(pool.drain(2h));
    EXPECT_TRUE(created);
  });
}

TEST(PoolEvents, ACallbackMayWaitForThePoolStopItAndDestroyIt) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    std::optional<Pool<Plain>> pool;
    pool.emplace(runtime, PoolOptions{.size = 3, .dynamic = true, .restart = lenient});
    std::map<Pid, int> died;
    int calls = 0;
    const Subscription subscription =
        pool->on({.worker_died = [&](std::string_view, Pid pid, const ExitReason&) {
          ++died[pid];
          if (++calls > 1) return;
          EXPECT_TRUE(pool->call(Job{}, {.timeout = 1s, .route = Route::index(1)}));
          pool->kill(pool->worker(1));
          pool->resize(4);
          EXPECT_EQ(error_of([&] { (void)pool->drain(1s); }), ErrorCode::would_deadlock);
          if (seed % 3 == 0) pool->stop();
          if (seed % 3 == 1) pool.reset();
        }});

    pool->cast(Crash{}, Route::index(0));
    runtime.advance(10s);
    if (pool) pool->stop();
    runtime.run_until_idle();

    // Three at first, a successor of the killed one perhaps, and the fourth.
    EXPECT_GE(died.size(), 4u);
    for (const auto& [pid, times] : died) EXPECT_EQ(times, 1);
  });
}

TEST(PoolEvents, DrainIsTrueOnlyOnceAllIsTold) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Pool<Plain> pool{runtime, {.size = 2, .restart = lenient}};
    detail::WaitPoint goes_on;
    int died = 0;
    const Subscription subscription =
        pool.on({.worker_died = [&](std::string_view, Pid, const ExitReason&) {
          if (died == 0)
            (void)goes_on.wait_until(*runtime.core(), runtime.core()->now() + 1'000'000);
          ++died;
        }});

    pool.cast(Crash{}, Route::index(0));
    pool.cast(Crash{}, Route::index(1));

    EXPECT_FALSE(pool.drain(500us));
    EXPECT_EQ(died, 0);
    EXPECT_TRUE(pool.drain(1s));
    EXPECT_EQ(died, 2);
  });
}

}  // namespace
