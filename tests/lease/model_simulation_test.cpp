// A lease pool beside poolboy's own model of it: with `out` lent, idle = max(0, size - out),
// overflow = max(0, out - size), the state follows, and a checkout succeeds exactly when
// out < size + max_overflow. Extended by what poolboy does not have.

#include <rapidcheck.h>

#include "lease/depot.hpp"
#include "lease/lease_model.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Command {
  enum class Kind {
    try_acquire,
    acquire,
    request,
    request_for_a_while,
    release,
    discard,
    fail,
    crash,
    cancel,
    add,
    remove,
    pass_time,
    refuse,  // to create, from now on
    mend
  } kind;
  std::uint32_t number;
};

std::ostream& operator<<(std::ostream& out, const Command& command) {
  return out << static_cast<int>(command.kind) << ":" << command.number;
}

/// Takes what is to be had at once, and crashes with it.
struct Crasher {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  explicit Crasher(ThingPool* its_pool) : pool(its_pool) {}
  void handle_job(int) {
    kept = pool->try_acquire();
    throw Planned{};
  }
  ThingPool* pool;
  std::optional<ThingLease> kept;
};

constexpr Duration longest_wait = 20ms, retry_interval = 50ms;

class Play {
 public:
  Play(std::uint64_t seed, const LeasePoolOptions& options, std::size_t& commands)
      : stage_(seed),
        pool_(stage_.runtime, options, &stage_.depot),
        model_(options, stage_.runtime.now()),
        commands_(commands) {}

  ~Play() {
    for (ThingLease& each : held_) (*each)->busy() = false;
  }
  Play(const Play&) = delete;
  Play& operator=(const Play&) = delete;

  void run(const std::vector<Command>& all) {
    for (const Command& each : all) {
      run(each);
      ++commands_;
      settle();
      check();
      if (testing::Test::HasFailure()) return;
    }
  }

 private:
  struct Request {
    int number;
    Future<ThingLease> future;
  };

  void run(const Command& command) {
    switch (command.kind) {
      case Command::Kind::try_acquire:
        return take(pool_.try_acquire());
      case Command::Kind::acquire:
        try {
          return take(pool_.acquire(0s));
        } catch (const Error& error) {
          EXPECT_EQ(error.code(), ErrorCode::timeout);
          return take(std::nullopt);
        }
      case Command::Kind::request:
        return request(infinity, LeaseModel::Time::max());
      case Command::Kind::request_for_a_while: {
        const Duration wait = 1ms + std::chrono::milliseconds{command.number % 20};
        return request(wait, model_.now + wait);
      }
      case Command::Kind::release:
        return give_back(command.number, [this](ThingLease& lease) {
          const bool is_old = model_.now - (*lease)->born >= model_.options.max_lifetime;
          lease.release();
          is_old ? model_.destroy_lent() : model_.give_back();
        });
      case Command::Kind::discard:
        return give_back(command.number, [this](ThingLease& lease) {
          lease.discard();
          model_.destroy_lent();
        });
      case Command::Kind::fail:
        return give_back(command.number, [this](ThingLease& lease) {
          try {
            const ThingLease mine = std::move(lease);
            throw Planned{};
          } catch (const Planned&) {
          }
          model_.destroy_lent();
        });
      case Command::Kind::crash:
        return crash();
      case Command::Kind::cancel:
        return cancel(command.number);
      case Command::Kind::add:
        pool_.add_idle(1 + command.number % 2);
        return model_.add(1 + command.number % 2);
      case Command::Kind::remove:
        pool_.remove_idle(1 + command.number % 2);
        return model_.remove(1 + command.number % 2);
      case Command::Kind::pass_time:
        return pass(std::chrono::milliseconds{command.number % 50});
      case Command::Kind::refuse:
        stage_.depot.refuses = true;
        return model_.set_creates(false);
      case Command::Kind::mend:
        return mend();
    }
  }

  void take(std::optional<ThingLease> lease) {
    EXPECT_EQ(lease.has_value(), model_.can_lend());
    if (!lease) return;
    model_.lend();
    use(std::move(*lease));
  }
  void use(ThingLease lease) {
    EXPECT_FALSE((*lease)->busy()) << "lent twice";
    (*lease)->busy() = true;
    held_.push_back(std::move(lease));
  }
  template <class F>
  void give_back(std::uint32_t number, const F& how) {
    if (held_.empty()) return;
    const auto at = held_.begin() + static_cast<std::ptrdiff_t>(number % held_.size());
    ThingLease lease = std::move(*at);
    held_.erase(at);
    (*lease)->busy() = false;
    how(lease);
    EXPECT_FALSE(lease);
  }
  void request(Duration wait, LeaseModel::Time deadline) {
    requests_.push_back({++requested_, pool_.acquire_async(wait)});
    model_.request({requested_, deadline});
  }
  void cancel(std::uint32_t number) {
    if (requests_.empty()) return;
    const auto at = requests_.begin() + static_cast<std::ptrdiff_t>(number % requests_.size());
    EXPECT_TRUE(at->future.cancel());
    model_.cancel(at->number);
    requests_.erase(at);
  }
  void crash() {
    if (!crashers_)
      crashers_.emplace(stage_.runtime, PoolOptions{.size = 1, .restart = lenient}, &pool_);
    crashers_->cast(1);
    stage_.runtime.run_until_idle();
    if (!model_.can_lend()) return;
    model_.lend();
    model_.destroy_lent();
  }
  void pass(Duration span) {
    stage_.runtime.advance(span);
    model_.pass(span);
  }
  // Who does not wait that long has given up before; what is missing is made at the next try.
  void mend() {
    if (model_.creates) return;
    pass(longest_wait);
    stage_.depot.refuses = false;
    stage_.runtime.advance(retry_interval);
    model_.pass(retry_interval);
    model_.set_creates(true);
  }

  void settle() {
    stage_.runtime.run_until_idle();
    for (const int each : std::exchange(model_.served, {})) {
      Future<ThingLease> future = taken(each);
      ASSERT_TRUE(future.ready()) << "a waiter was not served, or not in turn";
      use(future.get());
    }
    for (const int each : std::exchange(model_.late, {})) {
      Future<ThingLease> future = taken(each);
      ASSERT_TRUE(future.ready()) << "a waiter was not told that it is late";
      EXPECT_EQ(error_of([&] { return future.get(); }), ErrorCode::timeout);
    }
    for (const Request& each : requests_) EXPECT_FALSE(each.future.ready());
  }
  Future<ThingLease> taken(int number) {
    const auto at = std::find_if(requests_.begin(), requests_.end(),
                                 [&](const Request& each) { return each.number == number; });
    Future<ThingLease> future = std::move(at->future);
    requests_.erase(at);
    return future;
  }
  void check() {
    const LeaseStatus status = pool_.status();
    EXPECT_EQ(status.idle, model_.idle.size());
    EXPECT_EQ(status.busy, model_.out);
    EXPECT_EQ(status.overflow, model_.overflow());
    EXPECT_EQ(status.waiting, model_.waiting.size());
    EXPECT_EQ(status.state, model_.state());
    EXPECT_EQ(static_cast<std::size_t>(stage_.depot.alive()), model_.alive());
    if (!model_.creates) return;
    EXPECT_EQ(model_.can_lend(), model_.out < model_.capacity());
    if (model_.options.overflow_linger > 0s) return;
    EXPECT_EQ(status.idle, model_.size > model_.out ? model_.size - model_.out : 0);
    EXPECT_EQ(status.overflow, model_.out > model_.size ? model_.out - model_.size : 0);
  }

  DepotStage stage_;
  ThingPool pool_;
  LeaseModel model_;
  std::optional<Pool<Crasher>> crashers_;
  std::vector<ThingLease> held_;
  std::vector<Request> requests_;
  int requested_ = 0;
  std::size_t& commands_;
};

using Kind = Command::Kind;
using Weights = std::vector<std::pair<std::size_t, Kind>>;

Weights poolboys(Weights more) {
  more.insert(more.end(), {{6, Kind::try_acquire},
                           {3, Kind::acquire},
                           {5, Kind::request},
                           {10, Kind::release},
                           {3, Kind::discard},
                           {2, Kind::fail},
                           {2, Kind::cancel},
                           {1, Kind::add},
                           {1, Kind::remove},
                           {1, Kind::pass_time}});
  return more;
}

rc::Gen<Command> command(const Weights& weights) {
  std::vector<Kind> kinds;
  for (const auto& [weight, kind] : weights) kinds.insert(kinds.end(), weight, kind);
  return rc::gen::build<Command>(rc::gen::set(&Command::kind, rc::gen::elementOf(kinds)),
                                 rc::gen::set(&Command::number, rc::gen::inRange(0u, 1'000u)));
}

LeasePoolOptions drawn_options() {
  const auto size = *rc::gen::inRange<std::size_t>(0, 5);
  const auto max_overflow = *rc::gen::inRange<std::size_t>(0, 4);
  const bool bounded = *rc::gen::arbitrary<bool>();
  return {.size = size,
          .max_overflow = max_overflow,
          .min_size = *rc::gen::inRange<std::size_t>(0, size + 1),
          .max_size = bounded ? size + 2 : unlimited,
          .retry_interval = retry_interval};
}

/// `plays` of each drawn history, each with a seed of its own.
void expect_agreement(const Weights& weights, int plays, std::size_t least,
                      LeasePoolOptions (*options)() = &drawn_options) {
  const Quiet quiet;
  std::size_t commands = 0;
  std::uint64_t seed = 0;
  const bool held = rc::check("a lease pool and its model agree", [&] {
    const LeasePoolOptions drawn = options();
    const auto all = *rc::gen::resize(
        600, rc::gen::container<std::vector<Command>>(rc::gen::noShrink(command(weights))));
    for (int play = 0; play < plays; ++play) {
      Play{++seed, drawn, commands}.run(all);
      if (testing::Test::HasFailure()) RC_FAIL("see above; seed " + std::to_string(seed));
    }
  });
  EXPECT_TRUE(held);
  EXPECT_GE(commands, least);
}

TEST(LeasePoolModel, HoldsPoolboysModelOverHalfAMillionCommands) {
  expect_agreement(poolboys({}), 20, 500'000);
}

TEST(LeasePoolModel, HoldsItOverAsManyWithinAMaxSize) {
  expect_agreement(poolboys({{1, Kind::add}}), 20, 500'000, [] {
    LeasePoolOptions options = drawn_options();
    options.max_size = options.size + 1;
    return options;
  });
}

TEST(LeasePoolModel, HoldsItWhereCallersGiveUpAndWorkersCrash) {
  expect_agreement(
      poolboys({{5, Kind::request_for_a_while}, {4, Kind::pass_time}, {1, Kind::crash}}), 4,
      100'000);
}

TEST(LeasePoolModel, HoldsItWhereCreationFails) {
  expect_agreement(poolboys({{3, Kind::request_for_a_while},
                             {2, Kind::pass_time},
                             {2, Kind::refuse},
                             {2, Kind::mend},
                             {1, Kind::crash}}),
                   4, 100'000);
}

TEST(LeasePoolModel, HoldsItWhereOverflowLingersAndResourcesGrowOld) {
  expect_agreement(poolboys({{3, Kind::request_for_a_while}, {6, Kind::pass_time}}), 8, 200'000,
                   [] {
                     LeasePoolOptions options = drawn_options();
                     options.overflow_linger = *rc::gen::element<Duration>(0ms, 30ms, infinity);
                     options.max_lifetime = *rc::gen::element<Duration>(100ms, infinity);
                     return options;
                   });
}

}  // namespace
