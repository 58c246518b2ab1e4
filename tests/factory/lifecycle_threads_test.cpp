// A factory's own life: names, options, and its end from every side.

#include <atomic>
#include <memory>
#include <optional>
#include <string>
#include <thread>

#include <gtest/gtest.h>

#include <poolder/factory/factory_pool.hpp>

#include "runtime/registry.hpp"
#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/on_threads_fixture.hpp"

using namespace poolder_tests;
using namespace std::chrono_literals;
using poolder::ErrorCode;
using poolder::ExitReason;
using poolder::FactoryPool;
using poolder::FactoryPoolOptions;

namespace {

struct Work {};
struct Wait {
  Tally* begun;
};
struct StopAll {
  Tally* stopped;
};
struct Ask {};
struct Crash {};

struct Worker {
  static constexpr poolder::WorkerOptions options{.on_failure = poolder::OnFailure::restart};

  explicit Worker(FactoryPool* its_factory = nullptr) : factory(its_factory) {}
  void handle_job(Work) {}
  void handle_job(const Wait& wait, poolder::Context& context) {
    wait.begun->add();
    context.sleep(1h);  // or until it is asked to end
  }
  void handle_job(const StopAll& all) {
    factory->stop();
    all.stopped->add();
  }
  poolder::Next handle_job(const Ask&) { return poolder::stop_pool(); }
  void handle_job(Crash) { throw std::runtime_error("crash"); }
  int handle_call(Work) { return 1; }
  FactoryPool* factory;
};

class FactoryLife : public OnThreads {};

INSTANTIATE_TEST_SUITE_P(Threads, FactoryLife, thread_counts, name_of_count);

std::shared_ptr<poolder::detail::EngineCore> core_of(poolder::Runtime& runtime,
                                                     std::string_view name) {
  return runtime.core()->registry().find(poolder::detail::type_name<FactoryPool>(), name);
}

// D-15: with a name of its own it could not be addressed. D-30: a second start under the same name
// dropped whoever knew the first.
TEST_P(FactoryLife, HasANameOfItsOwn) {
  auto factory = std::make_unique<FactoryPool>(runtime, FactoryPoolOptions{.name = "wonka"});

  EXPECT_EQ(factory->name(), "wonka");
  EXPECT_EQ(error_of([&] { FactoryPool second(runtime, {.name = "wonka"}); }),
            ErrorCode::already_exists);
  const auto found = runtime.find<FactoryPool>("wonka");
  ASSERT_TRUE(found);
  const auto child = found->start_child<Worker>("x");
  EXPECT_EQ(factory->call(child, Work{}), 1);
  EXPECT_FALSE(runtime.find<FactoryPool>("other"));
  factory.reset();
  EXPECT_EQ(error_of([&] { found->start_child<Worker>("x"); }), ErrorCode::stopped);
  EXPECT_EQ(found->count_all(), 0u);
  const FactoryPool third{runtime, {.name = "wonka"}};
}

TEST_P(FactoryLife, ChecksItsOptions) {
  const auto refused = [&](FactoryPoolOptions options) {
    return words_of([&] { FactoryPool factory(runtime, options); });
  };

  EXPECT_NE(refused({.call_timeout = -1ms}).find("call_timeout must not be negative; it is -1 ms"),
            std::string::npos);
  EXPECT_NE(refused({.shutdown = -2ms}).find("shutdown must not be negative; it is -2 ms"),
            std::string::npos);
  EXPECT_NE(refused({.restart = {.max_restarts = -1}}).find("they are -1 and 60000 ms"),
            std::string::npos);
}

TEST_P(FactoryLife, EndsWithEverybodyAskedToEnd) {
  FactoryPool factory{runtime};
  Tally begun;
  for (int i = 0; i < 3; ++i) {
    const auto child = factory.start_child<Worker>("x");
    factory.cast(child, Wait{&begun});
    factory.cast(child, Work{});
  }
  ASSERT_TRUE(begun.reaches(3));

  factory.stop();

  EXPECT_EQ(factory.count_all(), 0u);
  EXPECT_EQ(factory.dropped(), 3u);
  factory.stop();
}

// D-30 of Poolder: after its end it still said yes, and nobody cleaned up.
TEST_P(FactoryLife, TakesNoMoreAfterItsEnd) {
  FactoryPool factory{runtime};
  const auto child = factory.start_child<Worker>("x");

  factory.stop();

  EXPECT_FALSE(child.alive());
  EXPECT_EQ(error_of([&] { factory.start_child<Worker>("x"); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { factory.cast(child, Work{}); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { factory.call("x", child, Work{}); }), ErrorCode::stopped);
  EXPECT_FALSE(factory.terminate(child.pid()));
  EXPECT_EQ(factory.terminate_group("x"), 0u);
  EXPECT_EQ(factory.list_all().size(), 0u);
}

TEST_P(FactoryLife, EndsFromInsideAHandler) {
  FactoryPool factory{runtime};
  const auto inside = factory.start_child<Worker>("x", &factory);
  const auto other = factory.start_child<Worker>("x", &factory);
  Tally begun;
  factory.cast(other, Wait{&begun});
  ASSERT_TRUE(begun.reaches(1));

  Tally stopped;
  factory.cast(inside, StopAll{&stopped});

  ASSERT_TRUE(stopped.reaches(1));
  EXPECT_EQ(error_of([&] { factory.cast(other, Work{}); }), ErrorCode::stopped);
  factory.stop();
  EXPECT_EQ(factory.count_all(), 0u);
}

TEST_P(FactoryLife, EndsAtAWorkersWord) {
  FactoryPool factory{runtime, {.name = "factory"}};
  Gate ended;
  core_of(runtime, "factory")->on_ended([&](const ExitReason& reason) {
    EXPECT_EQ(reason.kind, ExitReason::Kind::shutdown);
    ended.open();
  });

  factory.cast(factory.start_child<Worker>("x"), Ask{});

  EXPECT_TRUE(ended.wait());
}

TEST_P(FactoryLife, FailsForGoodAfterTooManyCrashes) {
  FactoryPool factory{runtime, {.name = "factory", .restart = {.max_restarts = 0}}};
  Gate ended;
  core_of(runtime, "factory")->on_ended([&](const ExitReason& reason) {
    EXPECT_EQ(reason.kind, ExitReason::Kind::failed);
    ended.open();
  });

  factory.cast(factory.start_child<Worker>("x"), Crash{});

  EXPECT_TRUE(ended.wait());
}

TEST_P(FactoryLife, BeginsAfreshWithoutItsChildren) {
  FactoryPool factory{runtime, {.name = "factory"}};
  const auto core = core_of(runtime, "factory");
  const auto before = factory.start_child<Worker>("x");
  EXPECT_EQ(error_of([&] { core->restart(); }), ErrorCode::invalid_argument);
  factory.stop();

  core->restart();

  EXPECT_EQ(factory.count_all(), 0u);
  EXPECT_EQ(error_of([&] { factory.call(before, Work{}); }), ErrorCode::worker_down);
  const auto after = factory.start_child<Worker>("x");
  EXPECT_EQ(factory.call("x", after, Work{}), 1);
  EXPECT_TRUE(runtime.find<FactoryPool>("factory"));
  factory.stop();
  EXPECT_EQ(error_of([&] { factory.call(after, Work{}); }), ErrorCode::stopped);
}

TEST_P(FactoryLife, EndsWithItsRuntime) {
  auto own = std::make_unique<poolder::Runtime>(poolder::RuntimeOptions{.threads = GetParam()});
  FactoryPool factory{*own};
  const auto child = factory.start_child<Worker>("x");
  Tally begun;
  factory.cast(child, Wait{&begun});
  ASSERT_TRUE(begun.reaches(1));

  own.reset();

  EXPECT_FALSE(child.alive());
  EXPECT_EQ(error_of([&] { factory.cast(child, Work{}); }), ErrorCode::stopped);
}

struct Suicidal {
  explicit Suicidal(FactoryPool* its_factory) { its_factory->stop(); }
};
struct SlowToCome {
  struct Counts {
    Tally begun;
    Gate gate;
    std::atomic<int> made{0}, lives{0};
  };
  explicit SlowToCome(Counts* its_counts) : counts(its_counts) {
    counts->begun.add();
    EXPECT_TRUE(counts->gate.wait());
    ++counts->made;
    ++counts->lives;
  }
  ~SlowToCome() { --counts->lives; }
  Counts* counts;
};

TEST_P(FactoryLife, EndsFromInsideAConstructor) {
  FactoryPool factory{runtime};
  factory.start_child<Worker>("x");

  EXPECT_EQ(error_of([&] { factory.start_child<Suicidal>("x", &factory); }), ErrorCode::stopped);

  factory.stop();
  EXPECT_EQ(factory.count_all(), 0u);
}

TEST_P(FactoryLife, EndsAfterTheConstructorsThatRun) {
  FactoryPool factory{runtime, {.shutdown = 0ms}};
  SlowToCome::Counts counts;
  std::optional<ErrorCode> refused;
  std::jthread starter(
      [&] { refused = error_of([&] { factory.start_child<SlowToCome>("x", &counts); }); });
  ASSERT_TRUE(counts.begun.reaches(1));
  std::jthread stopper([&] {
    factory.stop();
    EXPECT_EQ(counts.made, 1);
    EXPECT_EQ(counts.lives, 0);
  });
  while (!error_of([&] { factory.broadcast("x", Work{}); })) std::this_thread::yield();

  counts.gate.open();
  starter.join();
  stopper.join();

  EXPECT_EQ(refused, ErrorCode::stopped);
}

struct Obstacle {
  Tally begun;
  Gate gate;
};
struct Stuck {
  void handle_job(const std::shared_ptr<Obstacle>& obstacle) {
    obstacle->begun.add();
    EXPECT_TRUE(obstacle->gate.wait());
  }
};

TEST_P(FactoryLife, DoesNotWaitLongerThanTheShutdownTime) {
  const auto obstacle = std::make_shared<Obstacle>();
  {
    FactoryPool factory{runtime, {.shutdown = 1ms}};
    const auto first = factory.start_child<Stuck>("x");
    factory.cast(first, obstacle);
    ASSERT_TRUE(obstacle->begun.reaches(1));
    EXPECT_TRUE(factory.terminate(first.pid()));
    factory.cast(factory.start_child<Stuck>("x"), obstacle);
    ASSERT_TRUE(obstacle->begun.reaches(2));
  }
  obstacle->gate.open();
}

}  // namespace
