// What a pool does, on however many threads.

#include <atomic>
#include <stdexcept>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/on_threads_fixture.hpp"
#include "support/threads.hpp"

using namespace std::chrono_literals;
using poolder::ErrorCode;
using poolder::Route;
using poolder_tests::error_of;
using poolder_tests::Gate;
using poolder_tests::patience;
using poolder_tests::Tally;

namespace {

class Work : public poolder_tests::OnThreads {};

INSTANTIATE_TEST_SUITE_P(Threads, Work, poolder_tests::thread_counts, poolder_tests::name_of_count);

struct Numbered {
  std::size_t sender;
  int number;
};
struct Read {};
struct Hold {
  const Gate* until;
  Tally* begun;
};

struct Reader {
  void handle_job(Numbered numbered) {
    if (numbered.sender >= last.size()) last.resize(numbered.sender + 1, -1);
    in_order = in_order && last[numbered.sender] < numbered.number;
    last[numbered.sender] = numbered.number;
    ++read;
  }
  void handle_job(Hold hold) {
    hold.begun->add();
    EXPECT_TRUE(hold.until->wait());
  }
  int handle_call(Read) { return in_order ? read : -1; }

  std::vector<int> last;
  bool in_order = true;
  int read = 0;
};
using Readers = poolder::Pool<Reader>;

TEST_P(Work, OfEachSenderIsHandledInTheOrderSentAcrossPauses) {
  Readers pool{runtime, {.size = 3}};
  std::atomic<bool> over{false};
  std::jthread pauses([&] {
    while (!over) {
      pool.pause();
      pool.resume();
    }
  });

  poolder_tests::on_threads(4, [&](std::size_t sender) {
    for (int i = 0; i < 500; ++i) pool.cast(Numbered{sender, i});
  });
  over = true;
  pauses.join();

  EXPECT_TRUE(pool.drain(patience));
  int read = 0;
  for (std::size_t i = 0; i < 3; ++i) {
    const int each = pool.call(Read{}, {.timeout = patience, .route = Route::index(i)});
    ASSERT_GE(each, 0);
    read += each;
  }
  EXPECT_EQ(read, 2'000);
}

TEST_P(Work, CastAllIsTheSameAsCastingEach) {
  Readers pool{runtime, {.size = 3}};
  std::vector<Numbered> jobs;
  for (int i = 0; i < 1'000; ++i) jobs.push_back({0, i});

  pool.cast_all(jobs);

  EXPECT_TRUE(pool.drain(patience));
  int read = 0;
  for (std::size_t i = 0; i < 3; ++i)
    read += pool.call(Read{}, {.timeout = patience, .route = Route::index(i)});
  EXPECT_EQ(read, 1'000);
}

TEST_P(Work, IsAnsweredLateToNobodyAndTheWorkerGoesOn) {
  Gate release;
  Tally begun;
  Readers pool{runtime, {.size = 1}};
  pool.cast(Hold{&release, &begun});
  ASSERT_TRUE(begun.reaches(1));

  EXPECT_EQ(error_of([&] { pool.call(Read{}, {.timeout = 1ms}); }), ErrorCode::timeout);
  auto future = pool.send_request(Read{}, {.timeout = patience});
  EXPECT_EQ(error_of([&] { future.get(1ms); }), ErrorCode::timeout);
  auto cancelled = pool.send_request(Read{}, {.timeout = patience});
  EXPECT_TRUE(cancelled.cancel());
  EXPECT_FALSE(pool.drain(1ms));
  release.open();

  EXPECT_EQ(future.get(), 0);
  EXPECT_EQ(error_of([&] { cancelled.get(); }), ErrorCode::cancelled);
  EXPECT_TRUE(pool.drain(patience));
  EXPECT_EQ(pool.stats().processed, 3u);  // the late one ran, the cancelled one did not
}

TEST_P(Work, ThatIsKilledIsGivenUpAndWhatIsQueuedGoesToTheNextWorker) {
  struct Looks {
    void handle_job(Tally* begun, poolder::Context& context) {
      const auto token = context.stop_token();
      begun->add();
      while (!token.stop_requested()) std::this_thread::yield();
    }
    int handle_call(Read) { return 1; }
  };
  Tally begun, ended;
  poolder::Pool<Looks> pool{runtime, {.size = 1}};
  auto subscription =
      runtime.monitor(pool.worker(0), [&](poolder::Pid, const poolder::ExitReason& reason) {
        EXPECT_EQ(reason.kind, poolder::ExitReason::Kind::killed);
        ended.add();
      });
  pool.cast(&begun);
  ASSERT_TRUE(begun.reaches(1));
  auto queued = pool.send_request(Read{}, {.timeout = patience});

  pool.kill(pool.worker(0));

  EXPECT_EQ(queued.get(), 1);
  EXPECT_TRUE(ended.reaches(1));
  EXPECT_EQ(pool.stats().dropped, 1u);
  EXPECT_EQ(pool.stats().restarts, 1u);
}

struct Flaky {
  static constexpr poolder::WorkerOptions options{.retry = {.max_attempts = 4, .backoff = 1ms}};
  void handle_job(Tally* attempts, poolder::Context& context) {
    attempts->add();
    EXPECT_EQ(context.attempt(), attempts->count());
    throw std::runtime_error("flaky");
  }
  void handle_job(int) {}
};

TEST_P(Work, ThatFailsIsTriedAsOftenAsThePolicySaysThenGivenUp) {
  poolder::Pool<Flaky> pool{runtime, {.size = 1}};
  Tally attempts;

  pool.cast(&attempts);

  EXPECT_TRUE(pool.drain(patience));
  EXPECT_EQ(attempts.count(), 4);
  EXPECT_EQ(pool.stats().retried, 3u);
  EXPECT_EQ(pool.stats().failed, 1u);
  EXPECT_EQ(pool.stats().dropped, 1u);
}

struct Patient {
  static constexpr poolder::WorkerOptions options{.retry = {.max_attempts = 2, .backoff = 1h}};
  void handle_job(Tally* begun) {
    begun->add();
    throw std::runtime_error("later");
  }
};

TEST_P(Work, ThatWaitsForItsNextAttemptIsGivenUpByStop) {
  Tally begun;
  poolder::Pool<Patient> pool{runtime, {.size = 1}};
  pool.cast(&begun);
  ASSERT_TRUE(begun.reaches(1));
  EXPECT_FALSE(pool.drain(10ms));

  pool.stop();

  EXPECT_EQ(pool.stats().dropped, 1u);
  EXPECT_EQ(begun.count(), 1);
}

struct Crashes {
  static constexpr poolder::WorkerOptions options{.on_failure = poolder::OnFailure::restart};
  void handle_job(int) { throw std::runtime_error("crash"); }
  int handle_call(Read) { return 1; }
};

TEST_P(Work, OfTooManyCrashesEndsThePool) {
  poolder::Pool<Crashes> pool{
      runtime, {.name = "crashes", .size = 1, .restart = {.max_restarts = 2, .period = 1h}}};
  pool.pause();
  for (int i = 0; i < 5; ++i) pool.cast(i);
  auto behind = pool.send_request(Read{}, {.timeout = patience});
  pool.resume();

  EXPECT_EQ(error_of([&] { behind.get(); }), ErrorCode::stopped);
  pool.stop();
  EXPECT_EQ(pool.stats().failed, 3u);   // two restarts were admitted
  EXPECT_EQ(pool.stats().dropped, 6u);  // three used up, two never run, and the call
  EXPECT_FALSE(runtime.find<poolder::Pool<Crashes>>("crashes"));
}

}  // namespace
