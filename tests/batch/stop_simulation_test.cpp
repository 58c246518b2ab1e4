// Draining, stopping and starting afresh.

#include <memory>
#include <numeric>
#include <optional>
#include <vector>

#include <poolder/core/type_name.hpp>

#include "runtime/registry.hpp"
#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

using Numbers = std::vector<int>;

struct Log {
  Numbers handled{}, dropped{};
  int failures = 0;  // still to come
  int alive = 0;
  bool refuse_to_start = false;
  Runtime* runtime = nullptr;
};

struct Counted {
  using Item = int;
  explicit Counted(Log* its_log) : log(its_log) {
    if (log->refuse_to_start) throw Planned{};
    ++log->alive;
  }
  Counted(const Counted&) = delete;
  ~Counted() { --log->alive; }
  void handle_batch(Batch<int>& batch) {
    if (log->failures > 0) {
      --log->failures;
      throw Planned{};
    }
    log->handled.insert(log->handled.end(), batch.begin(), batch.end());
  }
  void handle_dropped(Batch<int>& batch, const Failure& failure) {
    EXPECT_EQ(failure.what(), "poolder: stopped: the batcher stopped before this was handled");
    log->dropped.insert(log->dropped.end(), batch.begin(), batch.end());
  }
  Log* log;
};

Numbers numbers(int from, int to) {
  Numbers all(static_cast<std::size_t>(to - from));
  std::iota(all.begin(), all.end(), from);
  return all;
}

struct App;
struct Owning {
  using Item = std::shared_ptr<App>;
  static constexpr BatcherOptions options{
      .name = "app", .limit = 2, .retry = {.max_attempts = 3, .backoff = 1h}, .shutdown = 1s};
  explicit Owning(bool its_failure) : fails(its_failure) {}
  void handle_batch(Batch<Item>&) const {
    if (fails) throw Planned{};
  }
  bool fails;
};
struct App {
  App(Runtime& runtime, bool& its_gone, bool fails)
      : gone(its_gone), batcher(std::in_place, runtime, fails) {}
  ~App() {
    EXPECT_EQ(error_of([&] { batcher->stop(); }), std::nullopt);
    gone = true;
  }
  bool& gone;
  std::optional<Batcher<Owning>> batcher;
};

// An item may be the last to hold whoever owns the batcher.
TEST(BatcherStop, BearsAnItemThatOwnsItsOwner) {
  for_each_seed([](std::uint64_t seed) {
    bool gone = false;
    SimulatedRuntime runtime{seed};
    auto app = std::make_shared<App>(runtime, gone, seed % 2 == 0);
    app->batcher->push(app);
    if (seed % 3 == 0) app->batcher->flush();
    const auto ref = runtime.find<Batcher<Owning>>("app");
    app.reset();
    runtime.run_until_idle();

    ref->stop();

    EXPECT_TRUE(gone);
  });
}

TEST(BatcherStop, HandlesWhatItHoldsFirst) {
  for_each_seed([](std::uint64_t seed) {
    Log log{.failures = 1};
    SimulatedRuntime runtime{seed};
    Batcher<Counted> batcher{
        runtime, BatcherOptions{.limit = 3, .retry = {.max_attempts = 2, .backoff = 2s}}, &log};
    const auto start = runtime.now();

    batcher.push_all(numbers(0, 10));
    batcher.stop();

    EXPECT_EQ(elapsed(runtime, start), 2s);
    EXPECT_EQ(log.handled, numbers(0, 10));
    EXPECT_EQ(log.alive, 0);
    EXPECT_EQ(error_of([&] { batcher.push(1); }), ErrorCode::stopped);
    EXPECT_EQ(batcher.size(), 0u);
    batcher.stop();
  });
}

TEST(BatcherStop, GivesUpWhatIsLeftAtTheEndOfTheShutdownTime) {
  for_each_seed([](std::uint64_t seed) {
    Log log{.failures = 1};
    SimulatedRuntime runtime{seed};
    Batcher<Counted> batcher{
        runtime,
        BatcherOptions{.limit = 3, .retry = {.max_attempts = 2, .backoff = 1h}, .shutdown = 5s},
        &log};
    const auto start = runtime.now();

    batcher.push_all(numbers(0, 7));
    batcher.stop();

    EXPECT_EQ(elapsed(runtime, start), 5s);
    EXPECT_TRUE(log.handled.empty());
    EXPECT_EQ(log.dropped, numbers(0, 7));
    EXPECT_EQ(batcher.stats().dropped, 7u);
    EXPECT_EQ(batcher.stats().held, 0u);
    EXPECT_EQ(log.alive, 0);
    runtime.advance(2h);
    EXPECT_TRUE(log.handled.empty());
  });
}

struct Stopper {
  using Item = int;
  explicit Stopper(Numbers* its_log) : log(its_log) {}
  void handle_batch(Batch<int>& batch) {
    const int first = *batch.begin();
    log->insert(log->end(), batch.begin(), batch.end());
    if (first == 0) {
      EXPECT_EQ(error_of([&] { itself->drain(1s); }), ErrorCode::would_deadlock);
      itself->push(100);
      destroys ? itself.reset() : itself->stop();
    }
  }
  static inline std::unique_ptr<Batcher<Stopper>> itself;
  static inline bool destroys = false;
  Numbers* log;
};

TEST(BatcherStop, MayBeCalledByItsOwnHandler) {
  for_each_seed([](std::uint64_t seed) {
    Numbers log;
    SimulatedRuntime runtime{seed};
    Stopper::destroys = seed % 2 == 0;
    Stopper::itself = std::make_unique<Batcher<Stopper>>(runtime, BatcherOptions{.limit = 2}, &log);

    Stopper::itself->push_all(numbers(0, 5));
    runtime.run_until_idle();
    Stopper::itself.reset();

    EXPECT_EQ(log, (Numbers{0, 1, 2, 3, 4, 100}));
  });
}

TEST(BatcherDrain, ReturnsOnceAllIsHandledAndNoLater) {
  for_each_seed([](std::uint64_t seed) {
    Log log{.failures = 2};
    SimulatedRuntime runtime{seed};
    Batcher<Counted> batcher{
        runtime, BatcherOptions{.limit = 3, .retry = {.max_attempts = 3, .backoff = 1s}}, &log};
    const auto start = runtime.now();

    EXPECT_TRUE(batcher.drain(0s));
    batcher.push_all(numbers(0, 5));
    EXPECT_FALSE(batcher.drain(1'999ms));
    EXPECT_EQ(elapsed(runtime, start), 1'999ms);
    EXPECT_TRUE(batcher.drain(1s));

    EXPECT_EQ(elapsed(runtime, start), 2s);
    EXPECT_EQ(log.handled, numbers(0, 5));
    EXPECT_EQ(batcher.size(), 0u);
    batcher.stop();
    EXPECT_TRUE(batcher.drain(0s));
  });
}

/// Pushes on while others drain.
struct Late {
  explicit Late(Batcher<Counted>* its_batcher) : batcher(its_batcher) {}
  void handle_job(int item, Context& context) {
    context.sleep(1ms);
    batcher->push(item);
  }
  Batcher<Counted>* batcher;
};

TEST(BatcherDrain, HandsOverWhatComesMeanwhileToo) {
  for_each_seed([](std::uint64_t seed) {
    Log log{.failures = 1};
    SimulatedRuntime runtime{seed};
    Batcher<Counted> batcher{
        runtime, BatcherOptions{.limit = 50, .retry = {.max_attempts = 2, .backoff = 2ms}}, &log};
    Pool<Late> late{runtime, PoolOptions{.size = 1}, &batcher};

    batcher.push(0);
    late.cast(1);
    EXPECT_TRUE(batcher.drain(1h));

    EXPECT_EQ(log.handled, numbers(0, 2));
  });
}

TEST(BatcherRestart, StartsAfreshInPlace) {
  for_each_seed([](std::uint64_t seed) {
    Log log;
    SimulatedRuntime runtime{seed};
    const BatcherOptions options{
        .name = "counted", .limit = 2, .timeout = 5ms, .hibernate_after = 1s};
    Batcher<Counted> batcher{runtime, options, &log};
    const Ref<Batcher<Counted>> kept = runtime.find<Batcher<Counted>>("counted");
    const auto core =
        runtime.core()->registry().find(detail::type_name<Batcher<Counted>>(), "counted");
    ASSERT_TRUE(kept && core);

    kept->push(1);
    EXPECT_EQ(error_of([&] { core->restart(); }), ErrorCode::invalid_argument);
    batcher.stop();
    log.refuse_to_start = true;
    EXPECT_THROW(core->restart(), Planned);
    EXPECT_EQ(error_of([&] { kept->push(0); }), ErrorCode::stopped);
    log.refuse_to_start = false;
    core->restart();
    EXPECT_EQ(log.alive, 1);
    kept->push(2);
    runtime.advance(5ms);
    kept->push(3);
    batcher.stop();

    EXPECT_EQ(log.handled, numbers(1, 4));
    EXPECT_EQ(log.alive, 0);
  });
}

// The second that is made starts another batcher of the same name.
struct Namesake : Counted {
  using Other = std::unique_ptr<Batcher<Namesake>>;
  Namesake(Log* its_log, int* made, Other* other) : Counted(its_log) {
    if (!other || ++*made != 2) return;
    *other = std::make_unique<Batcher<Namesake>>(*its_log->runtime, BatcherOptions{.name = "mine"},
                                                 its_log, made, static_cast<Other*>(nullptr));
  }
};

TEST(BatcherRestart, ThatFindsItsNameTakenLeavesNothingBehind) {
  for_each_seed([](std::uint64_t seed) {
    SimulatedRuntime runtime{seed};
    Log log{.runtime = &runtime};
    int made = 0;
    Namesake::Other other;
    Batcher<Namesake> batcher{runtime, {.name = "mine"}, &log, &made, &other};
    batcher.stop();

    EXPECT_EQ(error_of([&] { batcher.core()->restart(); }), ErrorCode::already_exists);

    EXPECT_EQ(log.alive, 1) << "the other's alone";
    other.reset();
    EXPECT_EQ(log.alive, 0);
  });
}

}  // namespace
