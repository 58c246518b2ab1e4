// Workers that come and go in every way at once, and an account of each by PoolEvents.

#include <map>
#include <optional>
#include <string_view>
#include <vector>

#include <poolder/supervise/supervisor.hpp>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Job {};
struct Crash {};
struct Exit {};

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
    EXPECT_EQ(reason.kind, ExitReason::Kind::failed);
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
