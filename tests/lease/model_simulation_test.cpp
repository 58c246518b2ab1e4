// A lease pool beside poolboy's own model of it: with `out` lent, idle = max(0, size - out),
// overflow = max(0, out - size), the state follows, and a checkout succeeds exactly when
// out < size + max_overflow. Extended by what poolboy does not have.

#include <deque>

#include <rapidcheck.h>

#include "lease/depot.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Command {
  enum class Kind {
    try_acquire,
    acquire,
    request,
    release,
    discard,
    fail,
    cancel,
    add,
    remove,
    pass_time
  } kind;
  std::uint32_t number;
};

std::ostream& operator<<(std::ostream& out, const Command& command) {
  return out << static_cast<int>(command.kind) << ":" << command.number;
}

/// What is out and who waits, by the numbers of the requests.
struct Model {
  std::size_t size, max_overflow, max_size, min_size;
  std::size_t out = 0;
  std::deque<int> waiting;

  std::size_t capacity() const { return size + std::min(max_overflow, max_size - size); }
  std::size_t idle() const { return size > out ? size - out : 0; }
  std::size_t overflow() const { return out > size ? out - size : 0; }
  State state() const {
    return out < size ? State::ready : out < capacity() ? State::overflow : State::full;
  }
};

class Play {
 public:
  Play(std::uint64_t seed, const LeasePoolOptions& options, std::size_t& commands)
      : model_{options.size, options.max_overflow, options.max_size, options.min_size, 0, {}},
        stage_(seed),
        pool_(stage_.runtime, options, &stage_.depot),
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
      const bool destroys = each.kind == Command::Kind::discard || each.kind == Command::Kind::fail;
      if (destroys || !model_.waiting.empty()) settle();
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
        requests_.push_back({++requested_, pool_.acquire_async(infinity)});
        return model_.waiting.push_back(requested_);
      case Command::Kind::release:
        return give_back(command.number, [](ThingLease& lease) { lease.release(); });
      case Command::Kind::discard:
        return give_back(command.number, [](ThingLease& lease) { lease.discard(); });
      case Command::Kind::fail:
        return give_back(command.number, [](ThingLease& lease) {
          try {
            const ThingLease mine = std::move(lease);
            throw Planned{};
          } catch (const Planned&) {
          }
        });
      case Command::Kind::cancel:
        return cancel(command.number);
      case Command::Kind::add:
        pool_.add_idle(1 + command.number % 2);
        model_.size += std::min<std::size_t>(1 + command.number % 2, model_.max_size - model_.size);
        return;
      case Command::Kind::remove:
        return remove(1 + command.number % 2);
      case Command::Kind::pass_time:
        return stage_.runtime.advance(std::chrono::milliseconds{command.number % 50});
    }
  }

  void take(std::optional<ThingLease> lease) {
    EXPECT_EQ(lease.has_value(), model_.out < model_.capacity() && model_.waiting.empty());
    if (!lease) return;
    ++model_.out;
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
    --model_.out;
  }
  void cancel(std::uint32_t number) {
    if (requests_.empty()) return;
    const auto at = requests_.begin() + static_cast<std::ptrdiff_t>(number % requests_.size());
    EXPECT_TRUE(at->future.cancel());
    std::erase(model_.waiting, at->number);
    requests_.erase(at);
  }
  void remove(std::size_t count) {
    const std::size_t floor = std::max(model_.out, model_.min_size);
    pool_.remove_idle(count);
    if (model_.size > floor) model_.size -= std::min(count, model_.size - floor);
  }

  /// Everybody who can be served is, in the order they came.
  void settle() {
    stage_.runtime.run_until_idle();
    while (!model_.waiting.empty() && model_.out < model_.capacity()) {
      const int next = model_.waiting.front();
      model_.waiting.pop_front();
      const auto at = std::find_if(requests_.begin(), requests_.end(),
                                   [&](const Request& each) { return each.number == next; });
      ASSERT_NE(at, requests_.end());
      ASSERT_TRUE(at->future.ready()) << "a waiter was not served, or not in turn";
      use(at->future.get());
      requests_.erase(at);
      ++model_.out;
    }
    for (const Request& each : requests_) EXPECT_FALSE(each.future.ready());
  }
  void check() {
    const LeaseStatus status = pool_.status();
    EXPECT_EQ(status.idle, model_.idle());
    EXPECT_EQ(status.busy, model_.out);
    EXPECT_EQ(status.overflow, model_.overflow());
    EXPECT_EQ(status.waiting, model_.waiting.size());
    EXPECT_EQ(status.state, model_.state());
    EXPECT_EQ(static_cast<std::size_t>(stage_.depot.alive()), model_.idle() + model_.out);
  }

  Model model_;
  DepotStage stage_;
  ThingPool pool_;
  std::vector<ThingLease> held_;
  std::vector<Request> requests_;
  int requested_ = 0;
  std::size_t& commands_;
};

rc::Gen<Command> command() {
  using Kind = Command::Kind;
  const auto kind = rc::gen::weightedElement<Kind>({{6, Kind::try_acquire},
                                                    {3, Kind::acquire},
                                                    {5, Kind::request},
                                                    {10, Kind::release},
                                                    {3, Kind::discard},
                                                    {2, Kind::fail},
                                                    {2, Kind::cancel},
                                                    {1, Kind::add},
                                                    {1, Kind::remove},
                                                    {1, Kind::pass_time}});
  return rc::gen::build<Command>(rc::gen::set(&Command::kind, kind),
                                 rc::gen::set(&Command::number, rc::gen::inRange(0u, 1'000u)));
}

TEST(LeasePoolModel, HoldsPoolboysModelOverAMillionCommands) {
  const Quiet quiet;
  std::size_t commands = 0;
  std::uint64_t seed = 0;
  const bool held = rc::check("a lease pool and poolboy's model agree", [&] {
    const auto size = *rc::gen::inRange<std::size_t>(0, 5);
    const auto max_overflow = *rc::gen::inRange<std::size_t>(0, 4);
    const bool bounded = *rc::gen::arbitrary<bool>();
    const LeasePoolOptions options{.size = size,
                                   .max_overflow = max_overflow,
                                   .min_size = *rc::gen::inRange<std::size_t>(0, size + 1),
                                   .max_size = bounded ? size + 2 : unlimited};
    const auto all = *rc::gen::resize(
        600, rc::gen::container<std::vector<Command>>(rc::gen::noShrink(command())));
    for (int play = 0; play < 40; ++play) {
      Play{++seed, options, commands}.run(all);
      if (testing::Test::HasFailure()) RC_FAIL("see above; seed " + std::to_string(seed));
    }
  });
  EXPECT_TRUE(held);
  EXPECT_GE(commands, 1'000'000u);
}

}  // namespace
