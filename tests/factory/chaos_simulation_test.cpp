// Children that come, go, crash and talk to one another, drawn from the seed, against a model of
// who must be where, and an account of every message at the end.

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

enum class Act {
  pass,
  nap,
  crash,
  exit,
  start,
  end_self,
  end_other,
  end_group,
  relay,
  ask,
  tell_all
};

class World;

struct Job {
  World* world;
  Act act;
};
struct Ask {
  World* world;
  Act act;
};
struct News {
  World* world;
};

struct Hand {
  static constexpr WorkerOptions options{.retry = {.max_attempts = 2, .backoff = 2us},
                                         .on_failure = OnFailure::restart};

  explicit Hand(World* its_world) : world(its_world) {}
  ~Hand();

  Next handle_job(const Job& job, Context& context);
  void handle_job(const News& news);
  int handle_call(const Ask& ask, Context& context);

  World* world;
  bool busy = false;
};
/// Takes no jobs at all.
struct Deaf {
  int handle_call(Ask) { return 2; }
};

const char* const names[] = {"red", "green", "blue"};

struct Account {
  std::uint64_t accepted = 0, finished = 0;
  std::uint64_t finished_late = 0;  // with the stop token requested: given up already, perhaps
};

class World {
 public:
  explicit World(std::uint64_t seed)
      : random(seed),
        runtime(seed),
        factory(runtime,
                {.call_timeout = 20us,
                 .restart = random.below(6) == 0 ? RestartPolicy{.max_restarts = 3} : lenient,
                 .shutdown = Duration{random.below(2) * 5'000}}) {}

  std::uint32_t below(std::uint32_t bound) { return random.below(bound); }
  const char* any_name() { return names[below(3)]; }
  Duration short_time() { return Duration{below(10'000)}; }

  /// The errors that whoever deals with a factory in chaos must expect.
  template <class F>
  bool attempt(F&& act) {
    try {
      act();
      return true;
    } catch (const Planned&) {
      return true;  // what a handle_call threw
    } catch (const Error& error) {
      using enum ErrorCode;
      const auto code = error.code();
      EXPECT_TRUE(code == worker_down || code == stopped || code == timeout || code == not_found ||
                  code == would_deadlock)
          << error.what();
      return code == timeout;  // it was accepted
    }
  }

  void start() {
    const std::string group = any_name();
    attempt([&] {
      if (below(5) == 0) {
        const auto deaf = factory.start_child<Deaf>(group);
        model[group].insert(deaf.pid());
        return;
      }
      const auto hand = factory.start_child<Hand>(group, this);
      model[group].insert(hand.pid());
      hands.push_back({hand, group});
      watch(hand.pid(), group);
    });
  }
  void watch(Pid pid, const std::string& group) {
    watches.push_back(runtime.monitor(pid, [this, group](Pid gone, const ExitReason&) {
      EXPECT_FALSE(is_listed(group, gone)) << "told of one that is listed";
      told.insert(gone);
    }));
  }
  bool is_listed(const std::string& group, Pid pid) {
    const auto pids = factory.list(group);
    return std::find(pids.begin(), pids.end(), pid) != pids.end();
  }

  void cast(Act act) {
    if (hands.empty()) return;
    const auto known = any_hand();
    const bool accepted = attempt([&] {
      below(2) == 0 ? factory.cast(known.first, Job{this, act})
                    : factory.cast(known.second, known.first, Job{this, act});
    });
    account.accepted += accepted;
    check_refused(accepted, known.first, known.second);
  }
  void ask(Act act) {
    if (hands.empty()) return;
    const auto known = any_hand();
    ++account.accepted;  // which a refused one was not
    if (!attempt([&] { factory.call(known.first, Ask{this, act}); })) ++unanswered;
  }
  std::pair<WorkerRef<Hand>, std::string> any_hand() {
    return hands[below(static_cast<std::uint32_t>(hands.size()))];
  }
  /// Whoever finds that a worker is down finds it in no list.
  void check_refused(bool accepted, const WorkerRef<Hand>& hand, const std::string& group) {
    if (!accepted && !hand.alive()) {
      EXPECT_FALSE(is_listed(group, hand.pid()));
    }
  }
  void tell_all() {
    attempt([&] { account.accepted += factory.broadcast(any_name(), News{this}); });
  }
  void end(Pid pid) {
    const std::string group = group_of(pid);
    EXPECT_EQ(factory.terminate(pid), !group.empty());
    EXPECT_FALSE(factory.terminate(pid)) << "ended twice";
    ended(pid, group);
  }
  void end_any() {
    if (hands.empty()) return;
    end(hands[below(static_cast<std::uint32_t>(hands.size()))].first.pid());
  }
  void end_group() {
    const std::string group = any_name();
    const std::size_t expected = factory.count(group);
    EXPECT_EQ(factory.terminate_group(group), expected);
    EXPECT_EQ(factory.count(group), 0u);
    model[group].clear();
    crashed[group] = 0;
  }
  std::string group_of(Pid pid) {
    for (const char* name : names)
      if (is_listed(name, pid)) return name;
    return {};
  }
  void ended(Pid pid, const std::string& group) {
    if (group.empty() || model[group].erase(pid) > 0) return;
    EXPECT_GT(crashed[group], 0u) << "nobody knows it";
    --crashed[group];
  }
  void crashes(Pid pid) {
    for (auto& [group, pids] : model)
      if (pids.erase(pid) > 0) ++crashed[group];
  }
  bool stopped() {
    return error_of([&] { factory.broadcast("nobody", News{this}); }) == ErrorCode::stopped;
  }

  /// At any moment.
  void check_lists() {
    std::size_t sum = 0;
    for (const char* name : names) {
      EXPECT_EQ(factory.count(name), factory.list(name).size());
      sum += factory.count(name);
    }
    EXPECT_EQ(factory.count_all(), sum);
    EXPECT_EQ(factory.list_all().size(), sum);
    for (const auto& [hand, group] : hands) EXPECT_EQ(hand.alive(), is_listed(group, hand.pid()));
  }
  /// Once nothing moves: those that never ended are there, and as many more as there were crashes.
  void check_model() {
    for (const char* name : names) {
      for (const Pid pid : model[name]) EXPECT_TRUE(is_listed(name, pid)) << name;
      EXPECT_EQ(factory.count(name), model[name].size() + crashed[name]) << name;
    }
  }

  detail::Random random;
  std::map<std::string, std::set<Pid>> model;
  std::map<std::string, std::size_t> crashed;  // and replaced, by workers with other pids
  std::vector<std::pair<WorkerRef<Hand>, std::string>> hands;
  std::vector<Subscription> watches;
  std::set<Pid> told;
  Account account;
  std::uint64_t unanswered = 0;
  bool over = false;  // the runtime goes

  SimulatedRuntime runtime;
  FactoryPool factory;
};

Hand::~Hand() {
  if (!world->over) world->check_lists();
}

Next Hand::handle_job(const Job& job, Context& context) {
  const Alone alone{busy};
  World& w = *world;
  switch (job.act) {
    case Act::pass:
      break;
    case Act::nap:
      context.sleep(w.short_time());
      break;
    case Act::crash:
      if (context.attempt() == 2) w.crashes(context.self());
      throw Planned{};
    case Act::exit:
      w.ended(context.self(), w.group_of(context.self()));
      ++w.account.finished;
      return poolder::exit();
    case Act::start:
      w.start();
      break;
    case Act::end_self:
      w.end(context.self());
      break;
    case Act::end_other:
      w.end_any();
      break;
    case Act::end_group:
      w.end_group();
      break;
    case Act::relay:
      w.cast(Act::pass);
      break;
    case Act::ask:
      w.ask(Act::pass);
      break;
    case Act::tell_all:
      w.tell_all();
      break;
  }
  ++w.account.finished;
  w.account.finished_late += context.stop_token().stop_requested();
  return proceed();
}

void Hand::handle_job(const News&) {
  const Alone alone{busy};
  ++world->account.finished;
}

int Hand::handle_call(const Ask& ask, Context& context) {
  const Alone alone{busy};
  if (ask.act == Act::nap) context.sleep(world->short_time());
  ++world->account.finished;
  world->account.finished_late += context.stop_token().stop_requested();
  if (ask.act == Act::crash) {
    world->crashes(context.self());
    throw Planned{};
  }
  return 1;
}

void act(World& world) {
  switch (world.below(10)) {
    case 0:
    case 1:
      return world.start();
    case 2:
      return world.end_any();
    case 3:
      if (world.below(4) == 0) world.end_group();
      return;
    case 4:
      return world.ask(world.below(3) == 0 ? Act::crash : Act::nap);
    case 5:
      return world.tell_all();
    default:
      return world.cast(static_cast<Act>(world.below(11)));
  }
}

TEST(FactoryChaos, LosesNobodyAndNothing) {
  for_each_seed([](std::uint64_t seed) {
    World world{seed};
    for (int i = 0; i < 5; ++i) world.start();

    for (int i = 0; i < 40; ++i) {
      act(world);
      world.check_lists();
      if (world.below(3) == 0) world.runtime.advance(world.short_time());
    }
    world.runtime.advance(1s);
    world.check_lists();
    if (!world.stopped()) world.check_model();
    world.factory.stop();
    world.runtime.run_until_idle();

    EXPECT_EQ(world.factory.count_all(), 0u);
    EXPECT_EQ(world.factory.groups().size(), 0u);
    for (const auto& [hand, group] : world.hands) {
      EXPECT_FALSE(hand.alive());
      EXPECT_TRUE(world.told.contains(hand.pid())) << "nobody was told of an end";
    }
    const Account& account = world.account;
    const std::uint64_t told = account.finished + world.factory.dropped();
    EXPECT_LE(account.accepted, told + world.unanswered) << "lost";
    EXPECT_GE(account.accepted + account.finished_late, told) << "counted twice";
    world.over = true;
  });
}

}  // namespace
