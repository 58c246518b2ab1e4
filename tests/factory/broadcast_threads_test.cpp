// Who a broadcast reaches.

#include <memory>
#include <string>

#include <gtest/gtest.h>

#include <poolder/factory/factory_pool.hpp>

#include "factory/broadcast_workers.hpp"
#include "support/error_of.hpp"
#include "support/on_threads_fixture.hpp"

using namespace poolder_tests;
using poolder::ErrorCode;
using poolder::FactoryPool;

namespace {

struct Sync {};
struct Homonym {};

struct Teller {
  void handle_job(const Greeting& greeting) { heard += greeting.words; }
  std::string handle_call(Sync) { return heard; }
  std::string heard;
};
struct Deaf {
  int handle_call(Sync) { return 1; }
};
/// Its handlers have no type to be found; it lists them.
struct Anybody {
  using Messages = poolder::Messages<Greeting, Number>;
  template <class M>
  void handle_job(const M&) {
    ++heard;
  }
  int handle_call(Sync) { return heard; }
  int heard = 0;
};
struct Unlisted {
  template <class M>
  void handle_job(const M&) {}
};
struct MoveOnly {
  void handle_job(std::unique_ptr<int>) {}
  void handle_job(const Greeting&) {}
};
struct NamedLikeAnother {
  void handle_job(const Homonym&) {}
};
/// Bad to copy: the third copy fails.
struct Brittle {
  explicit Brittle(int* its_copies) : copies(its_copies) {}
  Brittle(const Brittle& other) : copies(other.copies) {
    if (++*copies == 3) throw std::runtime_error("brittle");
  }
  int* copies;
};
struct Collector {
  void handle_job(const Brittle&) { ++got; }
  int handle_call(Sync) { return got; }
  int got = 0;
};

class Broadcast : public OnThreads {
 protected:
  FactoryPool factory{runtime};
};

INSTANTIATE_TEST_SUITE_P(Threads, Broadcast, thread_counts, name_of_count);

// D-30 of Poolder: one listener of another kind, and a broadcast reached nobody.
TEST_P(Broadcast, GivesEachOfTheGroupThatHandlesItACopy) {
  const auto first = factory.start_child<Teller>("a");
  const auto second = factory.start_child<Teller>("a");
  const auto elsewhere = factory.start_child<Teller>("b");
  factory.start_child<Deaf>("a");

  EXPECT_EQ(factory.broadcast("a", Greeting{"hello"}), 2u);

  EXPECT_EQ(factory.call(first, Sync{}), "hello");
  EXPECT_EQ(factory.call(second, Sync{}), "hello");
  EXPECT_EQ(factory.call(elsewhere, Sync{}), "");
}

TEST_P(Broadcast, ReachesWorkersThatWereStartedInAnotherSourceFile) {
  Heard notes;
  {
    FactoryPool one{runtime};
    start_both(one, "a", notes);

    EXPECT_EQ(one.broadcast("a", Greeting{"hello"}), 2u);
    EXPECT_EQ(one.broadcast("a", Number{7}), 1u);
    EXPECT_EQ(one.broadcast("a", Sync{}), 0u);
    while (notes.greetings < 2 || notes.numbers < 7) std::this_thread::yield();
  }
  EXPECT_EQ(notes.greetings, 2);
  EXPECT_EQ(notes.numbers, 7);
}

TEST_P(Broadcast, TellsTypesOfOneNameApart) {
  factory.start_child<NamedLikeAnother>("a");

  EXPECT_EQ(broadcast_homonym(factory, "a"), 0u);
  EXPECT_EQ(factory.broadcast("a", Homonym{}), 1u);
}

TEST_P(Broadcast, ReachesHandlerTemplatesByTheirList) {
  const auto anybody = factory.start_child<Anybody>("a");
  factory.start_child<Unlisted>("a");

  EXPECT_EQ(factory.broadcast("a", Greeting{}), 1u);
  EXPECT_EQ(factory.broadcast("a", Number{}), 1u);
  EXPECT_EQ(factory.broadcast("a", Sync{}), 0u);

  EXPECT_EQ(factory.call(anybody, Sync{}), 2);
}

TEST_P(Broadcast, PassesOverWhatCannotBeCopied) {
  factory.start_child<MoveOnly>("a");

  EXPECT_EQ(factory.broadcast("a", Greeting{}), 1u);
}

TEST_P(Broadcast, ThatCannotCopyItsMessageThrowsAndLeavesTheGroupWhole) {
  int copies = 0;
  std::vector<poolder::WorkerRef<Collector>> all;
  for (int i = 0; i < 4; ++i) all.push_back(factory.start_child<Collector>("a"));

  EXPECT_THROW(factory.broadcast("a", Brittle{&copies}), std::runtime_error);

  int got = 0;
  for (const auto& each : all) got += factory.call(each, Sync{});
  EXPECT_EQ(got, 2);
  EXPECT_EQ(factory.count("a"), 4u);
  EXPECT_EQ(factory.terminate_group("a"), 4u);
}

TEST_P(Broadcast, ToNobodyReachesNobody) {
  factory.start_child<Teller>("a");

  EXPECT_EQ(factory.broadcast("nowhere", Greeting{}), 0u);
  factory.stop();
  EXPECT_EQ(error_of([&] { factory.broadcast("a", Greeting{}); }), ErrorCode::stopped);
}

}  // namespace
