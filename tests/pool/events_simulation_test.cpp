// PoolEvents: what is told of workers, and when.

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include <poolder/supervise/supervisor.hpp>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {
using Kind = ExitReason::Kind;

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

// ---------------------------------------------------------------- everything at once

/// Who was created and who died, with the rules that hold whenever something is told.
struct Roll {
  std::map<Pid, int> created, died;
  int starts = 0, stillborn = 0;

  void start() { ++starts; }
  void create(Pid pid) {
    EXPECT_EQ(++created[pid], 1);
    EXPECT_EQ(died.count(pid), 0u) << "died before it was created";
  }
  void die(Pid pid, const ExitReason& reason) {
    EXPECT_EQ(++died[pid], 1) << "died twice";
    if (created.count(pid) != 0) return;
    ++stillborn;
    EXPECT_EQ(reason.kind, Kind::failed);
  }
  /// All who came have gone.
  void close() const {
    EXPECT_EQ(static_cast<std::size_t>(starts), died.size());
    EXPECT_EQ(created.size() + static_cast<std::size_t>(stillborn), died.size());
  }
};

struct Chaotic {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  static inline detail::Random* random = nullptr;  // null: no constructor throws
  static inline Roll* roll = nullptr;
  static inline bool strict = false;  // no callback waits, so that all is told in time

  Chaotic() {
    if (random && random->below(8) == 0) throw Planned{};
  }
  void handle_job(Job, Context& context) { look(context); }
  void handle_job(Crash, Context& context) {
    look(context);
    throw Planned{};
  }
  Next handle_job(Exit, Context& context) {
    look(context);
    return poolder::exit();
  }
  void handle_job(Duration span, Context& context) {
    look(context);
    context.sleep(span);
  }
  bool handle_call(Job, Context& context) {
    look(context);
    return true;
  }
  static void look(Context& context) {
    if (!strict) return;
    EXPECT_EQ(roll->created.count(context.self()), 1u) << "works before it was created";
    EXPECT_EQ(roll->died.count(context.self()), 0u) << "works after it has died";
  }
};
struct ChaoticPool {
  using Worker = Chaotic;
  static constexpr PoolOptions options{.name = "chaos",
                                       .size = 3,
                                       .dynamic = true,
                                       .restart = {.max_restarts = 6, .period = 1ms},
                                       .shutdown = 2ms};
  static PoolEvents events() {
    Roll& roll = *Chaotic::roll;
    return {.init_start = [&](std::string_view) { roll.start(); },
            .worker_created = [&](std::string_view, Pid pid) { roll.create(pid); },
            .worker_died = [&](std::string_view, Pid pid,
                               const ExitReason& reason) { roll.die(pid, reason); }};
  }
};

class EventChaos {
 public:
  explicit EventChaos(std::uint64_t seed)
      : random_(seed), runtime_(seed), waits_(random_.below(2) == 0) {
    Chaotic::roll = &roll_;
    Chaotic::random = nullptr;
    Chaotic::strict = !waits_;
    supervisor_.emplace(runtime_, SupervisorOptions{.max_restarts = 1'000'000},
                        child<Pool<ChaoticPool>>());
    pool_ = &supervisor_->get<Pool<ChaoticPool>>("chaos");
    if (random_.below(2) == 0) Chaotic::random = &random_;
  }
  ~EventChaos() { Chaotic::random = nullptr; }

  void run() {
    for (int step = 0; step < 60; ++step) {
      (void)error_of([&] { act(random_.below(14)); });
    }
    if (random_.below(2) == 0) (void)error_of([&] { (void)pool_->drain(1s); });
    supervisor_.reset();
    runtime_.advance(1s);
    roll_.close();
  }

 private:
  Duration short_time() { return Duration{random_.below(2'000'000)}; }
  Pid anyone() { return pool_->worker(random_.below(static_cast<std::uint32_t>(pool_->size()))); }

  void act(std::uint32_t what) {
    switch (what) {
      case 0:
      case 1:
        return pool_->cast(Crash{});
      case 2:
        return pool_->cast(Exit{});
      case 3:
        return pool_->kill(anyone());
      case 4:
        return constructing([&] { pool_->resize(1 + random_.below(6)); });
      case 5:
        return constructing([&] { pool_->start_worker(); });
      case 6:
        return pool_->stop_worker();
      case 7:
        return pool_->cast(short_time());
      case 8:
        return runtime_.run_until_idle();
      case 9:
        return runtime_.advance(short_time());
      case 10:
        return subscribe();
      case 11:
        return subscriptions_.empty() ? void() : subscriptions_.pop_back();
      case 12:
        if (random_.below(6) == 0) pool_->stop();
        return;
      default:
        pool_->cast(Job{});
    }
  }

  template <class F>
  void constructing(F&& grow) {
    try {
      grow();
    } catch (const Planned&) {
      // One of the constructors.
    }
  }

  // Its callbacks meddle: they cast, kill, wait, cancel and subscribe, from inside.
  void subscribe() {
    const auto meddle = [this](Pid pid) {
      if (random_.below(3) != 0) return;
      (void)error_of([&] { meddle_with(pid); });
    };
    subscriptions_.push_back(pool_->on(
        {.worker_created = [=](std::string_view, Pid pid) { meddle(pid); },
         .worker_died = [=](std::string_view, Pid pid, const ExitReason&) { meddle(pid); }}));
  }

  void meddle_with(Pid pid) {
    switch (random_.below(6)) {
      case 0:
        return pool_->kill(pid);
      case 1:
        return pool_->cast(Crash{});
      case 2:
        if (waits_) (void)pool_->call(Job{}, {.timeout = 1ms});
        return;
      case 3:
        if (!subscriptions_.empty()) subscriptions_[0].cancel();
        return;
      case 4:
        throw Planned{};
      default:
        return waits_ ? pool_->stop_worker() : void();
    }
  }

  detail::Random random_;
  SimulatedRuntime runtime_;
  const bool waits_;
  Roll roll_;
  std::optional<Supervisor> supervisor_;
  Pool<ChaoticPool>* pool_ = nullptr;
  std::vector<Subscription> subscriptions_;
};

TEST(PoolEventsChaos, WhoeverIsCreatedDiesOnceAndNobodyElseDoes) {
  for_each_seed([](std::uint64_t seed) { EventChaos{seed}.run(); });
}

}  // namespace
