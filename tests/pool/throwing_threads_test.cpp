// User code that throws at every point where the library calls it.

#include <atomic>
#include <memory>
#include <new>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/on_threads_fixture.hpp"

using namespace std::chrono_literals;
using poolder::ErrorCode;
using poolder_tests::error_of;
using poolder_tests::patience;
using poolder_tests::Tally;

namespace {

class Throwing : public poolder_tests::OnThreads {};

INSTANTIATE_TEST_SUITE_P(Threads, Throwing, poolder_tests::thread_counts,
                         poolder_tests::name_of_count);

struct Work {};
struct Fail {};

// Counts its objects; its constructor throws where it is told to.
struct Fragile {
  static inline std::atomic<int> alive{0}, made{0}, throws_from{1 << 30}, throws_until{1 << 30};

  static void reset(int from, int until = 1 << 30) {
    alive = made = 0;
    throws_from = from;
    throws_until = until;
  }

  Fragile() {
    const int number = made++;
    if (number >= throws_from && number < throws_until) throw std::logic_error("fragile");
    ++alive;
  }
  Fragile(const Fragile&) = delete;
  ~Fragile() { --alive; }
  void handle_job(Work) {}
  void handle_job(Fail) { throw 42; }
  poolder::Next handle_job(int) { return poolder::exit(); }
  int handle_call(Work) { return 1; }
  int handle_call(Fail) { throw 42; }
};

using Fragiles = poolder::Pool<Fragile>;

TEST_P(Throwing, ConstructorThrowsFromThePoolsConstructorAndLeavesNothing) {
  Fragile::reset(3);

  EXPECT_THROW((Fragiles{runtime, {.name = "fragile", .size = 5}}), std::logic_error);

  EXPECT_EQ(Fragile::alive, 0);
  EXPECT_FALSE(runtime.find<Fragiles>("fragile"));
  Fragile::reset(100);
  EXPECT_EQ((Fragiles{runtime, {.name = "fragile", .size = 5}}.call(Work{})), 1);
}

TEST_P(Throwing, ConstructorThrowsFromStartWorkerAndResizeAndTheSizeStays) {
  Fragile::reset(3);
  Fragiles pool{runtime, {.size = 2, .dynamic = true}};

  EXPECT_THROW(pool.resize(6), std::logic_error);
  EXPECT_THROW(pool.start_worker(), std::logic_error);

  EXPECT_EQ(pool.size(), 2u);
  EXPECT_EQ(Fragile::alive, 2);
  EXPECT_EQ(pool.call(Work{}), 1);
}

TEST_P(Throwing, ConstructorOfAReplacementIsTriedAgainAndTheQueueWaits) {
  Fragile::reset(1, 4);
  Fragiles pool{runtime, {.size = 1}};

  pool.cast(1);  // the worker exits; three constructors fail

  EXPECT_EQ(pool.call(Work{}, {.timeout = patience}), 1);
  EXPECT_EQ(Fragile::made, 5);
  EXPECT_EQ(pool.stats().restarts, 3u);
}

TEST_P(Throwing, ConstructorThatNeverSucceedsEndsThePoolByItsPolicy) {
  Fragile::reset(1);
  Fragiles pool{runtime, {.name = "fragile", .size = 1, .restart = {.max_restarts = 3}}};
  pool.pause();
  pool.cast(1);
  auto waiting = pool.send_request(Work{}, {.timeout = patience});
  pool.resume();

  EXPECT_EQ(error_of([&] { waiting.get(); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { pool.call(Work{}); }), ErrorCode::stopped);
  EXPECT_EQ(Fragile::made, 5);  // the first, its replacement, and three that were admitted
  pool.stop();
  EXPECT_EQ(Fragile::alive, 0);
  EXPECT_FALSE(runtime.find<Fragiles>("fragile"));
}

TEST_P(Throwing, HandlerMayThrowWhatIsNoException) {
  Fragile::reset(100);
  Fragiles pool{runtime, {.size = 1}};

  pool.cast(Fail{});
  int caught = 0;
  try {
    pool.call(Fail{});
  } catch (int thrown) {
    caught = thrown;
  }
  const auto result = pool.try_call(Fail{});

  EXPECT_EQ(caught, 42);
  EXPECT_FALSE(result.has_value());
  EXPECT_EQ(result.code(), std::nullopt);
  EXPECT_EQ(pool.stats().failed, 3u);
  EXPECT_EQ(pool.stats().dropped, 1u);
  EXPECT_EQ(pool.call(Work{}), 1);
}

TEST_P(Throwing, RunDeliversWhatItsFunctionThrows) {
  Fragile::reset(100);
  Fragiles pool{runtime, {.size = 1}};

  EXPECT_THROW(pool.run([](Fragile&) { throw std::out_of_range("mine"); }), std::out_of_range);

  EXPECT_EQ(pool.run([](Fragile&) { return 7; }), 7);
}

std::atomic<int> emitted{0};
void throw_twice(int) {
  if (++emitted <= 2) throw std::runtime_error("callback");
}

struct Stumbler {
  static constexpr poolder::WorkerOptions options{.retry = {.max_attempts = 3},
                                                  .hibernate_after = 1ms};
  static constexpr auto callbacks = poolder::callbacks(poolder::callback<"done">(&throw_twice));

  explicit Stumbler(Tally* count) : hibernated(count) {}
  auto handle_job(Work) { return poolder::emit<"done">(1); }
  void handle_job(Fail) { throw std::runtime_error("always"); }
  int handle_call(Work) { return 1; }
  poolder::Recovery handle_error(const poolder::Failure& failure) {
    if (failure.what() == "callback") return poolder::retry();
    throw std::runtime_error("handle_error");
  }
  void handle_hibernate() {
    hibernated->add();
    throw 1;
  }
  Tally* hibernated;
};

TEST_P(Throwing, NamedCallbackFailsTheAttempt) {
  emitted = 0;
  Tally hibernated;
  poolder::Pool<Stumbler> pool{runtime, {.size = 1}, &hibernated};

  pool.cast(Work{});

  EXPECT_TRUE(pool.drain(patience));
  EXPECT_EQ(emitted, 3);
  EXPECT_EQ(pool.stats().retried, 2u);
  EXPECT_EQ(pool.stats().processed, 1u);
}

TEST_P(Throwing, HandleErrorLeavesTheDecisionToThePolicy) {
  Tally hibernated;
  poolder::Pool<Stumbler> pool{runtime, {.size = 1}, &hibernated};

  pool.cast(Fail{});

  EXPECT_TRUE(pool.drain(patience));
  EXPECT_EQ(pool.stats().retried, 2u);
  EXPECT_EQ(pool.stats().failed, 1u);
  EXPECT_EQ(pool.stats().dropped, 1u);
}

TEST_P(Throwing, HandleHibernateIsCaughtAndTheWorkerGoesOn) {
  Tally hibernated;
  poolder::Pool<Stumbler> pool{runtime, {.size = 1}, &hibernated};

  EXPECT_EQ(pool.call(Work{}), 1);
  EXPECT_TRUE(hibernated.reaches(1));
  EXPECT_EQ(pool.call(Work{}), 1);

  EXPECT_TRUE(hibernated.reaches(2));
  EXPECT_EQ(pool.stats().restarts, 0u);
}

TEST_P(Throwing, MonitorIsCaughtAndTheNextIsToldAllTheSame) {
  Fragile::reset(100);
  Fragiles pool{runtime, {.size = 1}};
  Tally told;
  const poolder::Pid worker = pool.worker(0);
  auto first = runtime.monitor(worker, [&](auto&&...) {
    told.add();
    throw 1;
  });
  auto second = runtime.monitor(worker, [&](poolder::Pid pid, const poolder::ExitReason& reason) {
    EXPECT_EQ(pid, worker);
    EXPECT_EQ(reason.kind, poolder::ExitReason::Kind::killed);
    told.add();
  });

  pool.kill(worker);

  EXPECT_TRUE(told.reaches(2));
}

TEST_P(Throwing, ThenIsCaughtAndTheNextIsCalledAllTheSame) {
  Fragile::reset(100);
  Fragiles pool{runtime, {.size = 1}};
  Tally told;

  for (int i = 0; i < 3; ++i)
    pool.send_request(Work{}).then([&](poolder::Result<int>) {
      told.add();
      throw std::runtime_error("then");
    });

  EXPECT_TRUE(told.reaches(3));
}

struct Initialised {
  using Worker = Fragile;
  static constexpr poolder::PoolOptions options{.name = "initialised", .size = 2};
  static void handle_init(poolder::PoolRef<Fragile> pool) {
    pool.cast(Work{});
    throw std::runtime_error("handle_init");
  }
};

TEST_P(Throwing, HandleInitThrowsFromThePoolsConstructorAndLeavesNothing) {
  Fragile::reset(100);

  EXPECT_THROW(poolder::Pool<Initialised>{runtime}, std::runtime_error);

  EXPECT_EQ(Fragile::alive, 0);
  EXPECT_FALSE(runtime.find<poolder::Pool<Initialised>>("initialised"));
}

// Throws when copied for the third time.
struct Uncopyable {
  Uncopyable() = default;
  Uncopyable(const Uncopyable& other) : copies(other.copies), memory(other.memory) {
    if (++*copies == 3) throw std::bad_alloc();
  }
  std::shared_ptr<int> copies = std::make_shared<int>(0);
  std::vector<int> memory = std::vector<int>(100);
};

struct Taker {
  void handle_job(const Uncopyable&) { ++taken; }
  int handle_call(Work) { return taken; }
  int taken = 0;
};

TEST_P(Throwing, MessageThatCannotBeCopiedIsTheSendersErrorAndLeaksNothing) {
  poolder::Pool<Taker> pool{runtime, {.size = 1}};
  const Uncopyable original;
  const auto restart = [&] { *original.copies = 0; };

  for (int i = 0; i < 2; ++i) pool.cast(original);
  EXPECT_THROW(pool.cast(original), std::bad_alloc);
  *original.copies = 2;
  EXPECT_THROW(pool.broadcast(original), std::bad_alloc);
  const std::vector<Uncopyable> many = [&] {
    restart();
    std::vector<Uncopyable> made;
    made.reserve(2);
    for (int i = 0; i < 2; ++i) made.emplace_back(original);
    *original.copies = 1;
    return made;
  }();
  EXPECT_THROW(pool.cast_all(many), std::bad_alloc);

  EXPECT_TRUE(pool.drain(patience));
  EXPECT_EQ(pool.call(Work{}), 3);  // cast_all sends what comes before, as casting each would
}

TEST_P(Throwing, RouteFunctionIsTheSendersError) {
  Fragile::reset(100);
  Fragiles pool{runtime, {.size = 2}};
  const poolder::Route route{[](std::size_t) -> std::size_t { throw std::domain_error("route"); }};

  EXPECT_THROW(pool.cast(Work{}, route), std::domain_error);
  EXPECT_THROW(pool.call(Work{}, {.route = route}), std::domain_error);
  auto future = pool.send_request(Work{}, {.route = route});

  EXPECT_THROW(future.get(), std::domain_error);
}

}  // namespace
