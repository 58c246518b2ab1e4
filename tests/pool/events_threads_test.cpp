// PoolEvents on threads. The scenarios of worker_pool's callbacks suite are named by its numbers.

#include <atomic>
#include <map>
#include <stdexcept>
#include <string_view>
#include <thread>

#include <poolder/pool/pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/on_threads_fixture.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Work {};
struct Crash {};

struct Server {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  int handle_call(Work) { return 1; }
  void handle_job(Work) {}
  void handle_job(Crash) { throw std::runtime_error("crash"); }
};

std::atomic<int> starts{0}, created{0}, died{0};

struct Watched {
  using Worker = Server;
  static constexpr PoolOptions options{
      .name = "watched", .size = 13, .restart = {.max_restarts = 1'000'000}};
  static PoolEvents events() {
    starts = created = died = 0;
    return {.init_start = [](std::string_view) { ++starts; },
            .worker_created = [](std::string_view, Pid) { ++created; },
            .worker_died = [](std::string_view, Pid, const ExitReason&) { ++died; }};
  }
};

using PoolEventsOnThreads = OnThreads;

TEST_P(PoolEventsOnThreads, Wp54ThirteenWorkersAreAnnouncedAndCreatedAndACrashIsOneDeath) {
  Pool<Watched> pool{runtime};
  EXPECT_EQ(starts, 13);
  EXPECT_EQ(created, 13);
  EXPECT_EQ(died, 0);

  pool.cast(Crash{});
  ASSERT_TRUE(pool.drain(patience));

  EXPECT_EQ(died, 1);
  EXPECT_EQ(created, 14);
  pool.stop();
  EXPECT_EQ(died, 14);
}

TEST_P(PoolEventsOnThreads, Wp55OfAListenerOnlyTheFunctionsThatItHasAreCalled) {
  Pool<Server> pool{runtime, {.size = 2, .dynamic = true}};
  int only_created = 0;
  const Subscription some =
      pool.on({.worker_created = [&](std::string_view, Pid) { ++only_created; }});
  const Subscription none = pool.on({});

  pool.start_worker();
  pool.kill(pool.worker(0));
  pool.cast(Work{}, Route::index(0));
  ASSERT_TRUE(pool.drain(patience));

  EXPECT_EQ(only_created, 2);
}

TEST_P(PoolEventsOnThreads, Wp57AListenerThatThrowsStopsNeitherTheOtherNorThePool) {
  Pool<Server> pool{runtime, {.size = 3, .restart = {.max_restarts = 1'000'000}}};
  const auto fails = [](auto&&...) { throw std::runtime_error("planned"); };
  const Subscription first =
      pool.on({.init_start = fails, .worker_created = fails, .worker_died = fails});
  std::atomic<int> heard{0};
  const Subscription second =
      pool.on({.init_start = [&](std::string_view) { ++heard; },
               .worker_created = [&](std::string_view, Pid) { ++heard; },
               .worker_died = [&](std::string_view, Pid, const ExitReason&) { ++heard; }});

  for (std::size_t i = 0; i < 3; ++i) pool.cast(Crash{}, Route::index(i));
  for (int i = 0; i < 9; ++i) EXPECT_EQ(pool.call(Work{}, {.timeout = patience}), 1);
  ASSERT_TRUE(pool.drain(patience));

  EXPECT_EQ(heard, 9);
  EXPECT_EQ(runtime.stats().callbacks_failed, 9u);
}

TEST_P(PoolEventsOnThreads, AreNeverToldTwoAtATimeToOneListener) {
  Pool<Server> pool{runtime, {.size = 4, .restart = {.max_restarts = 1'000'000}}};
  std::map<Pid, int> deaths;  // unguarded
  int inside = 0;
  const Subscription subscription =
      pool.on({.worker_died = [&](std::string_view, Pid pid, const ExitReason&) {
        EXPECT_EQ(++inside, 1);
        ++deaths[pid];
        --inside;
      }});

  for (int i = 0; i < 400; ++i) pool.cast(Crash{});
  ASSERT_TRUE(pool.drain(patience));

  EXPECT_EQ(deaths.size(), 400u);
}

TEST_P(PoolEventsOnThreads, ACancelledSubscriptionHearsNothingMore) {
  Pool<Server> pool{runtime, {.size = 2, .restart = {.max_restarts = 1'000'000}}};
  Gate inside, let_go;
  std::atomic<bool> cancelled{false}, late{false};
  Subscription subscription =
      pool.on({.worker_died = [&](std::string_view, Pid, const ExitReason&) {
        inside.open();
        EXPECT_TRUE(let_go.wait());
        late = late || cancelled;
      }});

  for (int i = 0; i < 20; ++i) pool.cast(Crash{});
  ASSERT_TRUE(inside.wait());
  std::jthread releases([&] { let_go.open(); });
  subscription.cancel();
  cancelled = true;
  ASSERT_TRUE(pool.drain(patience));

  EXPECT_FALSE(late);
}

INSTANTIATE_TEST_SUITE_P(, PoolEventsOnThreads, thread_counts, name_of_count);

}  // namespace
