// What is left of a pool, and of its runtime, once they are gone.

#include <functional>
#include <memory>
#include <optional>
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

namespace {

struct Add {
  int value;
};

struct Adder {
  void handle_job(Add add) { sum += add.value; }
  int handle_call(Add add) { return sum += add.value; }
  int sum = 0;
};

using Adders = poolder::Pool<Adder>;

class Stopped : public poolder_tests::OnThreads {
 protected:
  std::unique_ptr<Adders> adders() {
    return std::make_unique<Adders>(
        runtime, poolder::PoolOptions{.name = "adders", .size = 2, .dynamic = true});
  }
};

INSTANTIATE_TEST_SUITE_P(Threads, Stopped, poolder_tests::thread_counts,
                         poolder_tests::name_of_count);

void expect_everything_refused(Adders& pool) {
  EXPECT_EQ(error_of([&] { pool.cast(Add{1}); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { pool.cast(Add{1}, poolder::Route::index(0)); }), ErrorCode::stopped);
  EXPECT_FALSE(pool.try_cast(Add{1}));
  EXPECT_EQ(error_of([&] { pool.cast_all(std::vector<Add>(10)); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { pool.broadcast(Add{1}); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { pool.call(Add{1}); }), ErrorCode::stopped);
  EXPECT_EQ(pool.try_call(Add{1}).code(), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { pool.send_request(Add{1}).get(); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { pool.run([](Adder&) {}); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { pool.resize(4); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { pool.start_worker(); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { pool.stop_worker(); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { pool.pause(); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { pool.resume(); }), ErrorCode::stopped);
  EXPECT_TRUE(pool.drain(patience));
  EXPECT_EQ(pool.stats().queue_length, 0u);
  EXPECT_EQ(pool.name(), "adders");
  pool.stop();
}

TEST_P(Stopped, RefusesEverythingElseToo) {
  const auto pool = adders();
  const poolder::Pid worker = pool->worker(0);
  pool->stop();

  expect_everything_refused(*pool);
  pool->kill(worker);
}

TEST_P(Stopped, IsWhatARefSaysWhenItsPoolIsGone) {
  auto pool = adders();
  const poolder::Ref<Adders> kept = runtime.find<Adders>("adders");
  ASSERT_TRUE(kept);
  EXPECT_EQ(kept->call(Add{1}), 1);

  pool.reset();

  expect_everything_refused(*kept.operator->());
  EXPECT_FALSE(runtime.find<Adders>("adders"));
}

TEST_P(Stopped, IsWhatARefSaysWhenItsRuntimeIsGone) {
  auto other = std::make_unique<poolder::Runtime>(poolder::RuntimeOptions{.threads = GetParam()});
  auto pool = std::make_unique<Adders>(
      *other, poolder::PoolOptions{.name = "adders", .size = 2, .dynamic = true});
  const poolder::Ref<Adders> kept = other->find<Adders>("adders");

  other.reset();

  expect_everything_refused(*pool);
  pool.reset();
  expect_everything_refused(*kept.operator->());
}

TEST_P(Stopped, KeepsTheAnswersOfFuturesThatOutliveIt) {
  auto other = std::make_unique<poolder::Runtime>(poolder::RuntimeOptions{.threads = GetParam()});
  auto pool = std::make_unique<Adders>(*other, poolder::PoolOptions{.size = 1});
  poolder::Future<int> answered = pool->send_request(Add{5});
  ASSERT_TRUE(pool->drain(patience));
  pool->pause();
  poolder::Future<int> given_up = pool->send_request(Add{5});
  poolder::Future<int> never_read = pool->send_request(Add{5});

  pool.reset();
  other.reset();

  EXPECT_TRUE(answered.ready());
  EXPECT_EQ(answered.get(), 5);
  EXPECT_EQ(error_of([&] { given_up.get(1ms); }), ErrorCode::stopped);
}

TEST_P(Stopped, LeavesNothingOfThenWhoseRuntimeIsGone) {
  auto other = std::make_unique<poolder::Runtime>(poolder::RuntimeOptions{.threads = GetParam()});
  auto pool = std::make_unique<Adders>(*other, poolder::PoolOptions{.size = 1});
  pool->pause();
  poolder::Future<int> held = pool->send_request(Add{5});
  auto pending = pool->send_request(Add{5});
  const auto witness = std::make_shared<int>(0);
  // The job holds a future, which holds the runtime's core.
  pending.then([kept = std::make_shared<poolder::Future<int>>(std::move(held)), witness](
                   poolder::Result<int> result) { EXPECT_EQ(result.code(), ErrorCode::stopped); });

  pool.reset();
  other.reset();

  EXPECT_EQ(witness.use_count(), 1);
}

TEST_P(Stopped, FreesItsName) {
  for (int i = 0; i < 50; ++i) {
    const auto pool = adders();
    EXPECT_EQ(error_of([&] { adders(); }), ErrorCode::already_exists);
    EXPECT_EQ(pool->call(Add{i}), i);
    pool->stop();
    const auto next = adders();
    EXPECT_EQ(next->call(Add{i}), i);
  }
}

TEST_P(Stopped, RefusesAPoolInARuntimeThatEnds) {
  struct Founder {
    explicit Founder(poolder::Runtime*& runtime) : runtime_(runtime) {}
    ~Founder() {
      const auto refused = error_of([&] { Adders{*runtime_, {.size = 1}}; });
      EXPECT_EQ(refused, ErrorCode::stopped);
    }
    void handle_job(Add) {}
    poolder::Runtime*& runtime_;
  };
  poolder::Runtime* at = nullptr;
  auto other = std::make_unique<poolder::Runtime>(poolder::RuntimeOptions{.threads = GetParam()});
  at = other.get();
  poolder::Pool<Founder> pool{*other, {.size = 1}, std::ref(at)};

  other.reset();
}

}  // namespace
