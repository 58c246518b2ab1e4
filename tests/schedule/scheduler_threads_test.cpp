// The scheduler on real threads: its times, its end from all sides, and what is refused after.

#include <atomic>
#include <chrono>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/schedule/scheduler.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/on_threads_fixture.hpp"

using namespace poolder;
using namespace std::chrono_literals;
using poolder_tests::error_of;
using poolder_tests::Gate;
using poolder_tests::patience;
using poolder_tests::Tally;

namespace {

struct Bare {};

struct Shared {
  Tally ran;
  std::atomic<int> alive{0};
};

struct Ticking {
  explicit Ticking(Shared* its_shared) : shared(its_shared) { ++shared->alive; }
  ~Ticking() { --shared->alive; }
  void tick() { shared->ran.add(); }

  Shared* shared;

  static constexpr SchedulerOptions options{.name = "ticking"};
  static constexpr auto jobs =
      poolder::jobs(job<&Ticking::tick>("tick", 1ms), job<&Ticking::tick>("hourly", "@hourly"));
};

class SchedulerOnThreads : public poolder_tests::OnThreads {};
INSTANTIATE_TEST_SUITE_P(Threads, SchedulerOnThreads, poolder_tests::thread_counts,
                         poolder_tests::name_of_count);

TEST_P(SchedulerOnThreads, RunsAnIntervalAgainAndAgain) {
  Shared shared;
  Scheduler<Ticking> scheduler{runtime, &shared};
  const auto began = runtime.now();

  EXPECT_TRUE(shared.ran.reaches(50));

  EXPECT_GE(runtime.now() - began, 49ms);
}

TEST_P(SchedulerOnThreads, IsDueOnceInAnIntervalAndNotMoreOften) {
  Tally ran;
  const auto began = runtime.now();
  Scheduler<Bare> scheduler{runtime};
  scheduler.schedule("job", 1ms, [&] { ran.add(); });
  EXPECT_TRUE(ran.reaches(100));

  scheduler.pause("job");
  const auto times = scheduler.jobs().at(0);

  EXPECT_LE(static_cast<std::int64_t>(times.runs + times.skipped), (runtime.now() - began) / 1ms);
}

TEST_P(SchedulerOnThreads, RunsACronEverySecondOnTheSecond) {
  using std::chrono::floor;
  using std::chrono::seconds;
  Gate ran;
  Scheduler<Bare> scheduler{runtime};
  const auto added = floor<seconds>(runtime.system_now());
  std::atomic<std::chrono::system_clock::time_point> began{added};
  scheduler.schedule("job", Cron::parse("* * * * * *"), [&] {
    began = runtime.system_now();
    ran.open();
  });

  EXPECT_TRUE(ran.wait());

  EXPECT_GE(began.load(), added + 1s) << "it was early";
}

TEST_P(SchedulerOnThreads, TriesAgain) {
  std::atomic<int> attempts{0};
  Gate done;
  Scheduler<Bare> scheduler{runtime, {.retry = {.max_attempts = 5, .backoff = 1ms}}};
  scheduler.schedule("job", infinity, [&](Context& context) {
    ++attempts;
    if (context.attempt() < 5) throw std::runtime_error("not yet");
    done.open();
  });

  scheduler.run_now("job");
  EXPECT_TRUE(done.wait());
  EXPECT_TRUE(scheduler.drain(patience));

  EXPECT_EQ(attempts, 5);
  EXPECT_EQ(scheduler.jobs().at(0).runs, 1u);
  EXPECT_EQ(scheduler.jobs().at(0).failed, 0u);
}

TEST_P(SchedulerOnThreads, RefusesEverythingOnceStopped) {
  Shared shared;
  Scheduler<Ticking> scheduler{runtime, &shared};
  const auto ref = runtime.find<Scheduler<Ticking>>("ticking");
  EXPECT_TRUE(shared.ran.reaches(1));

  scheduler.stop();

  EXPECT_EQ(shared.alive, 0);
  const int runs = shared.ran.count();
  EXPECT_EQ(error_of([&] { ref->schedule("tick", 1s); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { ref->schedule("new", 1s, [] {}); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { ref->run_now("tick"); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { ref->cancel("tick"); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { ref->cancel_all(); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { ref->pause("tick"); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { ref->resume("tick"); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { ref->jobs(); }), ErrorCode::stopped);
  EXPECT_TRUE(ref->drain(0s));
  EXPECT_EQ(shared.ran.count(), runs);
}

TEST_P(SchedulerOnThreads, ARefOutlivesIt) {
  Shared shared;
  Ref<Scheduler<Ticking>> ref;
  {
    Scheduler<Ticking> scheduler{runtime, &shared};
    ref = runtime.find<Scheduler<Ticking>>("ticking");
    ASSERT_TRUE(ref);
    EXPECT_TRUE(shared.ran.reaches(1));
  }

  EXPECT_EQ(shared.alive, 0);
  EXPECT_EQ(error_of([&] { ref->run_now("tick"); }), ErrorCode::stopped);
  Scheduler<Ticking> again{runtime, &shared};
}

TEST_P(SchedulerOnThreads, ARuntimeThatGoesFirstStopsIt) {
  Shared shared;
  auto first = std::make_unique<Runtime>(RuntimeOptions{.threads = GetParam()});
  Scheduler<Ticking> scheduler{*first, &shared};
  EXPECT_TRUE(shared.ran.reaches(3));

  first.reset();

  EXPECT_EQ(shared.alive, 0);
  EXPECT_EQ(error_of([&] { scheduler.run_now("tick"); }), ErrorCode::stopped);
}

TEST_P(SchedulerOnThreads, AJobMayChangeItsSchedulerAndEndIt) {
  Gate ended;
  std::optional<Scheduler<Bare>> scheduler{std::in_place, runtime};
  scheduler->schedule("job", infinity, [&] {
    scheduler->schedule("other", 1h, [] {});
    scheduler->pause("other");
    scheduler->resume("other");
    scheduler->run_now("other");
    scheduler->cancel("other");
    EXPECT_EQ(scheduler->jobs().size(), 1u);
    EXPECT_EQ(error_of([&] { scheduler->drain(1s); }), ErrorCode::would_deadlock);
    scheduler->cancel("job");
    EXPECT_EQ(error_of([&] { scheduler->run_now("job"); }), ErrorCode::not_found);
    scheduler->stop();
    scheduler.reset();
    ended.open();
  });

  scheduler->run_now("job");

  EXPECT_TRUE(ended.wait());
}

struct Described final : std::exception {
  Described(Gate* its_asked, Gate* its_release) : asked(its_asked), release(its_release) {}
  const char* what() const noexcept override {
    asked->open();
    return release->wait() ? "described" : "";
  }
  Gate* asked;
  Gate* release;
};

TEST_P(SchedulerOnThreads, AJobsExceptionIsPartOfItsRun) {
  Gate asked, release;
  Scheduler<Bare> scheduler{runtime};
  scheduler.schedule("job", infinity, [&] { throw Described{&asked, &release}; });
  scheduler.run_now("job");
  ASSERT_TRUE(asked.wait());

  EXPECT_FALSE(scheduler.drain(0s)) << "the user's what() runs";
  release.open();

  EXPECT_TRUE(scheduler.drain(patience));
}

struct App {
  App(Runtime& runtime, Gate& its_gone)
      : gone(its_gone),
        scheduler(std::in_place, runtime, SchedulerOptions{.name = "app", .shutdown = infinity}) {}
  ~App() {
    scheduler.reset();
    gone.open();
  }
  Gate& gone;
  std::optional<Scheduler<Bare>> scheduler;
};

TEST_P(SchedulerOnThreads, GoesWithAJobThatOwnsItsOwner) {
  Gate gone;
  {
    const auto app = std::make_shared<App>(runtime, gone);
    app->scheduler->schedule("job", 1ms, [app] { return stop_this(); });
  }

  EXPECT_TRUE(gone.wait());
}

TEST_P(SchedulerOnThreads, EndsWithItsRuntimeWhereAJobOwnsItsOwner) {
  Gate gone;
  Tally ran;
  auto its = std::make_unique<Runtime>(RuntimeOptions{.threads = GetParam()});
  {
    const auto app = std::make_shared<App>(*its, gone);
    app->scheduler->schedule("job", 1ms, [app, &ran] { ran.add(); });
  }
  EXPECT_TRUE(ran.reaches(3));

  its.reset();

  EXPECT_TRUE(gone.is_open());
}

TEST_P(SchedulerOnThreads, StopWaitsForJobsAndLetsThemKnow) {
  Gate begun;
  std::atomic<bool> ended{false};
  Scheduler<Bare> scheduler{runtime, {.shutdown = patience}};
  scheduler.schedule("job", infinity, [&](Context& context) {
    begun.open();
    while (!context.stop_token().stop_requested()) std::this_thread::yield();
    ended = true;
  });
  scheduler.run_now("job");
  EXPECT_TRUE(begun.wait());

  scheduler.stop();

  EXPECT_TRUE(ended);
}

TEST_P(SchedulerOnThreads, LeavesAJobBehindThatDoesNotEndInTime) {
  Gate begun, release, ended;
  {
    Scheduler<Bare> scheduler{runtime, {.shutdown = 1ms}};
    scheduler.schedule("job", infinity, [&, kept = std::make_shared<int>(42)] {
      begun.open();
      EXPECT_TRUE(release.wait());
      EXPECT_EQ(*kept, 42);
      ended.open();
    });
    scheduler.run_now("job");
    EXPECT_TRUE(begun.wait());
  }

  release.open();

  EXPECT_TRUE(ended.wait());
}

TEST_P(SchedulerOnThreads, JobsThatBlockHoldUpNoOthers) {
  Gate release;
  Tally blocked, others;
  Scheduler<Bare> scheduler{runtime};
  for (int i = 0; i < 4; ++i)
    scheduler.schedule("blocks " + std::to_string(i), infinity, [&] {
      blocked.add();
      EXPECT_TRUE(release.wait());
    });
  scheduler.schedule("other", 1ms, [&] { others.add(); });
  for (int i = 0; i < 4; ++i) scheduler.run_now("blocks " + std::to_string(i));
  EXPECT_TRUE(blocked.reaches(4));

  const int before = others.count();
  EXPECT_TRUE(others.reaches(before + 10));

  release.open();
}

TEST_P(SchedulerOnThreads, HibernatesWhereItIsIdle) {
  struct Sleeper {
    explicit Sleeper(Gate* its_gate) : slept(its_gate) {}
    void handle_hibernate() { slept->open(); }
    Gate* slept;
  };
  Gate slept;
  Scheduler<Sleeper> scheduler{runtime, {.hibernate_after = 1ms}, &slept};

  EXPECT_TRUE(slept.wait());
}

}  // namespace
