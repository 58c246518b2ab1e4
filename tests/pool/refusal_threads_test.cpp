// What a pool refuses, and in which words.

#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/pool/pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/on_threads_fixture.hpp"

using namespace std::chrono_literals;
using poolder::ErrorCode;
using poolder::Pid;
using poolder::Route;
using poolder_tests::error_of;
using poolder_tests::Gate;
using poolder_tests::patience;
using poolder_tests::words_of;

namespace {

struct Work {};
struct Hold {
  const Gate* until;
  poolder_tests::Tally* begun;
};

struct Worker {
  void handle_job(Work) {}
  void handle_job(Hold hold) {
    hold.begun->add();
    EXPECT_TRUE(hold.until->wait());
  }
  int handle_call(Work) { return 1; }
};
using Workers = poolder::Pool<Worker>;

struct OtherDefinition {
  using Worker = ::Worker;
  static constexpr poolder::PoolOptions options{.name = "workers", .size = 1};
};

class Refusal : public poolder_tests::OnThreads {};

INSTANTIATE_TEST_SUITE_P(Threads, Refusal, poolder_tests::thread_counts,
                         poolder_tests::name_of_count);

template <class F>
void expect_refused(Workers& pool, const Route& route, ErrorCode code, F&& words) {
  EXPECT_EQ(error_of([&] { pool.cast(Work{}, route); }), code);
  EXPECT_EQ(error_of([&] { pool.call(Work{}, {.route = route}); }), code);
  EXPECT_EQ(error_of([&] { pool.send_request(Work{}, {.route = route}).get(); }), code);
  EXPECT_EQ(error_of([&] { pool.run([](Worker&) {}, {.route = route}); }), code);
  words(words_of([&] { pool.cast(Work{}, route); }));
}

void expect_refused(Workers& pool, const Route& route, ErrorCode code) {
  expect_refused(pool, route, code, [](const std::string&) {});
}

TEST_P(Refusal, OfIndicesThatAreNotBelowTheSize) {
  Workers pool{runtime, {.size = 3}};
  const auto names_both = [](const std::string& words) {
    EXPECT_NE(words.find("index is 3"), std::string::npos) << words;
    EXPECT_NE(words.find("size 3"), std::string::npos) << words;
  };

  expect_refused(pool, Route::index(3), ErrorCode::invalid_argument, names_both);
  expect_refused(pool, Route::index(static_cast<std::size_t>(-1)), ErrorCode::invalid_argument);
  expect_refused(pool, Route{[](std::size_t size) { return size; }}, ErrorCode::invalid_argument,
                 names_both);
  EXPECT_EQ(error_of([&] { pool.worker(3); }), ErrorCode::not_found);
  EXPECT_EQ(pool.call(Work{}, {.route = Route::index(2)}), 1);
}

TEST_P(Refusal, OfPidsThatNameNobodyHere) {
  Workers pool{runtime, {.size = 2}};
  Workers other{runtime, {.size = 2}};
  const Pid before = pool.worker(0);
  pool.kill(before);

  expect_refused(pool, Pid{}, ErrorCode::worker_down);
  expect_refused(pool, before, ErrorCode::worker_down);
  expect_refused(pool, other.worker(0), ErrorCode::worker_down);
  expect_refused(pool, Pid::from(~std::uint64_t{0}), ErrorCode::worker_down);
  pool.kill(Pid{});
  pool.kill(other.worker(1));

  EXPECT_EQ(other.call(Work{}, {.route = other.worker(1)}), 1);
}

TEST_P(Refusal, OfCallsToEverybody) {
  Workers pool{runtime, {.size = 2}};
  Workers all{runtime, {.size = 2, .routing = poolder::Routing::broadcast}};

  EXPECT_EQ(error_of([&] { pool.call(Work{}, {.route = poolder::Routing::broadcast}); }),
            ErrorCode::invalid_argument);
  EXPECT_EQ(error_of([&] { all.call(Work{}); }), ErrorCode::invalid_argument);
  all.cast(Work{});

  EXPECT_TRUE(all.drain(patience));
  EXPECT_EQ(all.stats().processed, 2u);
}

TEST_P(Refusal, OfMessagesWithoutAKeyWhereRoutesGoByIt) {
  Workers pool{runtime, {.size = 2, .routing = poolder::Routing::hash}};

  EXPECT_EQ(error_of([&] { pool.cast(Work{}); }), ErrorCode::invalid_argument);
  EXPECT_NE(words_of([&] { pool.cast(Work{}); }).find("Work"), std::string::npos);
  EXPECT_EQ(error_of([&] { pool.call(Work{}); }), ErrorCode::invalid_argument);
  EXPECT_EQ(pool.call(Work{}, {.route = Route::hash(std::string("key"))}), 1);
}

TEST_P(Refusal, OfChangesToAPoolOfFixedSize) {
  Workers pool{runtime, {.size = 2}};

  EXPECT_EQ(error_of([&] { pool.resize(3); }), ErrorCode::invalid_argument);
  EXPECT_EQ(error_of([&] { pool.start_worker(); }), ErrorCode::invalid_argument);
  EXPECT_EQ(error_of([&] { pool.stop_worker(); }), ErrorCode::invalid_argument);
  EXPECT_EQ(pool.size(), 2u);
}

TEST_P(Refusal, OfSizesThatNoPoolCanHave) {
  Workers pool{runtime, {.size = 1, .dynamic = true}};

  EXPECT_EQ(error_of([&] { pool.resize(0); }), ErrorCode::invalid_argument);
  EXPECT_EQ(error_of([&] { pool.resize((std::size_t{1} << 24) + 1); }),
            ErrorCode::invalid_argument);
  EXPECT_EQ(error_of([&] { pool.stop_worker(); }), ErrorCode::invalid_argument);
  EXPECT_EQ(pool.size(), 1u);
}

TEST_P(Refusal, OfOptionsBeforeAnythingIsConstructed) {
  struct Never {
    Never() { ADD_FAILURE() << "constructed"; }
    void handle_job(Work) {}
  };

  EXPECT_EQ(error_of([&] {
              poolder::Pool<Never>{runtime, {.size = 0}};
            }),
            ErrorCode::invalid_argument);
  EXPECT_EQ(error_of([&] {
              poolder::Pool<Never>{runtime, {.queue = {.capacity = 0}}};
            }),
            ErrorCode::invalid_argument);
}

TEST_P(Refusal, OfANameThatIsTakenWhicheverTheWorker) {
  Workers pool{runtime, {.name = "workers", .size = 1}};
  struct Never {
    Never() { ADD_FAILURE() << "constructed"; }
    void handle_job(Work) {}
  };

  EXPECT_EQ(error_of([&] { poolder::Pool<OtherDefinition>{runtime}; }), ErrorCode::already_exists);
  EXPECT_EQ(error_of([&] {
              poolder::Pool<Never>{runtime, {.name = "workers"}};
            }),
            ErrorCode::already_exists);
  const Workers unnamed{runtime, {.size = 1}}, another{runtime, {.size = 1}};
  poolder::Runtime elsewhere{{.threads = 1}};
  const Workers same_name{elsewhere, {.name = "workers", .size = 1}};

  EXPECT_EQ(same_name.name(), pool.name());
}

TEST_P(Refusal, ToFindWhatIsOfAnotherTypeOrHasNoName) {
  const Workers pool{runtime, {.name = "workers", .size = 1}};
  const Workers unnamed{runtime, {.size = 1}};

  EXPECT_TRUE(runtime.find<Workers>("workers"));
  EXPECT_FALSE(runtime.find<poolder::Pool<OtherDefinition>>("workers"));
  EXPECT_FALSE(runtime.find<Workers>("Workers"));
  EXPECT_FALSE(runtime.find<Workers>(""));
}

TEST_P(Refusal, OfDrainsWithinTheirOwnPool) {
  Workers pool{runtime, {.size = 2}};
  Workers other{runtime, {.size = 2}};

  const auto own = pool.run([&](Worker&) { return error_of([&] { pool.drain(patience); }); });
  const auto others = pool.run([&](Worker&) { return other.drain(patience); });

  EXPECT_EQ(own, ErrorCode::would_deadlock);
  EXPECT_TRUE(others);
}

TEST_P(Refusal, OfCastsIntoOnesOwnFullQueue) {
  Workers pool{runtime, {.size = 1, .queue = {.capacity = 1}}};

  const auto told = pool.run([&](Worker&) {
    pool.cast(Work{});
    return error_of([&] { pool.cast(Work{}); });
  });

  EXPECT_EQ(told, ErrorCode::would_deadlock);
  EXPECT_TRUE(pool.drain(patience));
  EXPECT_EQ(pool.stats().processed, 2u);
}

TEST_P(Refusal, OfWhatDoesNotFitAQueue) {
  Gate release;
  poolder_tests::Tally begun;
  Workers pool{runtime, {.size = 1, .queue = {.capacity = 2, .on_full = poolder::OnFull::reject}}};
  pool.cast(Hold{&release, &begun});
  ASSERT_TRUE(begun.reaches(1));
  pool.cast(Work{});
  pool.cast(Work{});

  EXPECT_EQ(error_of([&] { pool.cast(Work{}); }), ErrorCode::queue_full);
  EXPECT_FALSE(pool.try_cast(Work{}));
  EXPECT_EQ(error_of([&] { pool.call(Work{}); }), ErrorCode::queue_full);
  EXPECT_EQ(pool.try_call(Work{}).code(), ErrorCode::queue_full);
  EXPECT_EQ(error_of([&] { pool.send_request(Work{}).get(); }), ErrorCode::queue_full);
  EXPECT_EQ(pool.broadcast(Work{}), 0u);
  release.open();

  EXPECT_TRUE(pool.drain(patience));
  EXPECT_EQ(pool.stats().processed, 3u);
}

TEST_P(Refusal, OfAFutureThatWasTaken) {
  Workers pool{runtime, {.size = 1}};
  poolder::Future<int> future = pool.send_request(Work{});
  EXPECT_EQ(future.get(), 1);
  poolder::Future<int> moved = std::move(future);

  EXPECT_EQ(error_of([&] { moved.get(); }), ErrorCode::invalid_argument);
  EXPECT_EQ(error_of([&] { moved.get(1ms); }), ErrorCode::invalid_argument);
  EXPECT_EQ(error_of([&] { moved.then([](poolder::Result<int>) {}); }),
            ErrorCode::invalid_argument);
  EXPECT_FALSE(moved.ready());
  EXPECT_FALSE(moved.cancel());
}

}  // namespace
