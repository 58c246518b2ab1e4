// broadcall and broadcast, where some workers have no room or no time.

#include <algorithm>
#include <optional>
#include <vector>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Sleep {
  Duration span;
};
struct Ask {};
/// Whose third copy throws.
struct Fragile {
  explicit Fragile(int* all) : copies(all) {}
  Fragile(const Fragile& other) : copies(other.copies) {
    if (++*copies == 3) throw Planned{};
  }
  int* copies;
};

struct Worker {
  explicit Worker(int* its_handled = nullptr) : handled(its_handled) {}
  void handle_job(const Sleep& sleep, Context& context) { context.sleep(sleep.span); }
  void handle_job(const Ask&) { ++*handled; }
  std::size_t handle_call(const Ask&, Context& context) {
    context.sleep(20ms);
    return context.index();
  }
  int handle_call(const Fragile&) { return 1; }
  int* handled;
};

constexpr std::uint64_t few = 300;  // seeds

constexpr PoolOptions one_place{.size = 4, .queue = {.capacity = 1}};

/// A worker that is at it for that long, and has as much again in its queue.
void fill(Pool<Worker>& pool, SimulatedRuntime& runtime, std::size_t index, Duration span) {
  pool.cast(Sleep{span}, Route::index(index));
  runtime.advance(Duration{1});
  pool.cast(Sleep{span}, Route::index(index));
}

std::optional<ErrorCode> code_of(Result<std::size_t>& result) {
  return error_of([&] { (void)result.value(); });
}

TEST(Broadcall, IsNotHeldUpForOthersByAWorkerWithoutRoom) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        Pool<Worker> pool{runtime, one_place};
        fill(pool, runtime, 0, 2s);
        const auto start = runtime.now();

        auto replies = pool.broadcall(Ask{}, {.timeout = 500ms});

        EXPECT_EQ(elapsed(runtime, start), 500ms);
        EXPECT_EQ(code_of(replies[0]), ErrorCode::timeout);
        for (std::size_t i = 1; i < 4; ++i) EXPECT_EQ(replies[i].value(), i);
        EXPECT_TRUE(pool.drain(1h));
      },
      few);
}

TEST(Broadcall, WaitsForRoomWithAllThatHaveNoneAtOnce) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        Pool<Worker> pool{runtime, one_place};
        fill(pool, runtime, 0, 10s);
        fill(pool, runtime, 2, 100ms);
        const auto start = runtime.now();

        auto replies = pool.broadcall(Ask{}, {.timeout = 400ms});

        EXPECT_EQ(elapsed(runtime, start), 400ms);
        EXPECT_EQ(code_of(replies[0]), ErrorCode::timeout);
        EXPECT_EQ(replies[1].value(), 1u);
        EXPECT_EQ(replies[2].value(), 2u);
        EXPECT_EQ(replies[3].value(), 3u);
        EXPECT_TRUE(pool.drain(1h));
      },
      few);
}

TEST(Broadcall, GetsAnErrorInThePlaceOfEachThatRefuses) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        Pool<Worker> pool{
            runtime, PoolOptions{.size = 4, .queue = {.capacity = 1, .on_full = OnFull::reject}}};
        fill(pool, runtime, 1, 1s);

        auto replies = pool.broadcall(Ask{}, {.timeout = 500ms});

        EXPECT_EQ(code_of(replies[1]), ErrorCode::queue_full);
        for (const std::size_t i : {0u, 2u, 3u}) EXPECT_EQ(replies[i].value(), i);
      },
      few);
}

TEST(Broadcall, OfAPoolThatStopsMeanwhileSaysSoInEveryPlaceThatIsLeft) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        Pool<Worker> asked{runtime,
                           PoolOptions{.size = 4, .queue = {.capacity = 1}, .shutdown = 1ms}};
        for (const std::size_t i : {0u, 1u, 2u, 3u}) fill(asked, runtime, i, 1s);
        struct Stopper {
          void handle_job(Pool<Worker>* pool, Context& context) {
            context.sleep(50ms);
            pool->stop();
          }
        };
        Pool<Stopper> stopper{runtime};
        stopper.cast(&asked);
        const auto start = runtime.now();

        auto replies = asked.broadcall(Ask{}, {.timeout = 1h});

        EXPECT_LT(elapsed(runtime, start), 1min);
        for (auto& each : replies) EXPECT_EQ(code_of(each), ErrorCode::stopped);
        EXPECT_TRUE(stopper.drain(1h));
      },
      few);
}

TEST(Broadcall, ThatFailsOnTheWayLeavesNobodyBehindWhoWaitsForRoom) {
  for_each_seed(
      [](std::uint64_t seed) {
        SimulatedRuntime runtime{seed};
        Pool<Worker> pool{runtime, one_place};
        fill(pool, runtime, 0, 1s);
        int copies = 0;
        const auto start = runtime.now();

        EXPECT_THROW(pool.broadcall(Fragile{&copies}, {.timeout = 1h}), Planned);

        EXPECT_EQ(runtime.now(), start);
        EXPECT_EQ(pool.stats().workers[0].queue_length, 1u);
        EXPECT_TRUE(pool.drain(1h));
      },
      few);
}

TEST(Broadcast, ByTryCastNeitherWaitsNorThrows) {
  for_each_seed(
      [](std::uint64_t seed) {
        int handled = 0;
        SimulatedRuntime runtime{seed};
        PoolOptions options = one_place;
        options.routing = Routing::broadcast;
        Pool<Worker> pool{runtime, options, &handled};
        fill(pool, runtime, 0, 1s);
        const auto start = runtime.now();

        EXPECT_TRUE(pool.try_cast(Ask{}));
        EXPECT_EQ(runtime.now(), start);
        EXPECT_TRUE(pool.drain(1h));
        EXPECT_EQ(handled, 3);
        pool.stop();
        EXPECT_FALSE(pool.try_cast(Ask{}));
      },
      few);
}

}  // namespace
