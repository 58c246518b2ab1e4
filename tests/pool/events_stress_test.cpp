// Listeners that come and go while workers are crashed, killed, resized and restarted.

#include <atomic>
#include <map>
#include <optional>
#include <stdexcept>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>
#include <poolder/pool/pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/threads.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Work {};
struct Crash {};
struct Exit {};

struct Server {
  static constexpr WorkerOptions options{.on_failure = OnFailure::restart};
  void handle_job(Work) {}
  void handle_job(Crash) { throw std::runtime_error("crash"); }
  Next handle_job(Exit) { return poolder::exit(); }
  int handle_call(Work) { return 1; }
};

/// Unguarded: calls of one subscription do not overlap, and happen one after another.
struct Roll {
  std::map<Pid, int> created, died;
  int starts = 0;
};

struct Watched {
  using Worker = Server;
  static constexpr PoolOptions options{
      .size = 4, .dynamic = true, .restart = {.max_restarts = 10'000'000}};
  static inline Roll* roll = nullptr;
  static PoolEvents events() {
    Roll& mine = *roll;
    return {.init_start = [&](std::string_view) { ++mine.starts; },
            .worker_created = [&](std::string_view, Pid pid) { ++mine.created[pid]; },
            .worker_died =
                [&](std::string_view, Pid pid, const ExitReason&) {
                  EXPECT_EQ(mine.created.count(pid), 1u);
                  EXPECT_EQ(++mine.died[pid], 1);
                }};
  }
};

void trouble(Pool<Watched>& pool, detail::Random& random) {
  switch (random.below(8)) {
    case 0:
    case 1:
      return pool.cast(Crash{});
    case 2:
      return pool.cast(Exit{});
    case 3:
      return pool.kill(pool.worker(random.below(static_cast<std::uint32_t>(pool.size()))));
    case 4:
      return pool.resize(1 + random.below(8));
    default:
      return pool.cast(Work{});
  }
}

TEST(PoolEventsStress, WhoeverIsCreatedDiesOnce) {
  for (int round = 0; round < 10; ++round) {
    Roll roll;
    Watched::roll = &roll;
    Runtime runtime{{.threads = 2}};
    std::atomic<std::uint64_t> failures{0};
    const Subscription all = runtime.on(
        [&](const Event& event) { failures += event.kind == Event::Kind::job_failed ? 1 : 0; });
    std::optional<Pool<Watched>> pool;
    pool.emplace(runtime);

    on_threads(4, [&](std::size_t i) {
      detail::Random random{static_cast<std::uint64_t>(round) * 4 + i};
      for (int step = 0; step < 300; ++step) (void)error_of([&] { trouble(*pool, random); });
      if (i == 0) pool->stop();
    });
    pool->stop();

    EXPECT_EQ(roll.created.size(), roll.died.size());
    EXPECT_EQ(static_cast<std::size_t>(roll.starts), roll.created.size());
    EXPECT_EQ(failures, pool->stats().failed);
  }
}

TEST(PoolEventsStress, ListenersComeAndGoAndMeddle) {
  for (int round = 0; round < 10; ++round) {
    Roll roll;
    Watched::roll = &roll;
    Runtime runtime{{.threads = 2}};
    Pool<Watched> pool{runtime};

    on_threads(4, [&](std::size_t i) {
      detail::Random random{static_cast<std::uint64_t>(round) * 4 + i};
      for (int step = 0; step < 150; ++step) {
        int heard = 0;  // destroyed before the pool; used by the callback alone until then
        Subscription mine = pool.on({.worker_died = [&](std::string_view, Pid, const ExitReason&) {
          if (++heard == 1) (void)error_of([&] { pool.call(Work{}, {.timeout = 1ms}); });
          if (heard == 2) pool.cast(Work{});
        }});
        const Subscription other = runtime.on([](const Event&) {});
        for (int n = 0; n < 3; ++n) (void)error_of([&] { trouble(pool, random); });
        if (step % 2 == 0) mine.cancel();
      }
    });
    EXPECT_TRUE(pool.drain(patience));
    pool.stop();

    EXPECT_EQ(roll.created.size(), roll.died.size());
  }
}

}  // namespace
