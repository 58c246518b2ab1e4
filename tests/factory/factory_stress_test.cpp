// Many threads and many children at once.

#include <atomic>
#include <memory>
#include <random>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/factory/factory_pool.hpp>

#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/start_stop.hpp"
#include "support/threads.hpp"

using namespace poolder_tests;
using namespace std::chrono_literals;
using poolder::ErrorCode;
using poolder::FactoryPool;
using poolder::WorkerRef;

namespace {

#if defined(__SANITIZE_THREAD__) || defined(__SANITIZE_ADDRESS__)
constexpr int rounds = 2'000;
constexpr std::size_t crowd = 10'000;
#else
constexpr int rounds = 20'000;
constexpr std::size_t crowd = 100'000;
#endif

std::atomic<int> living{0};
std::atomic<std::uint64_t> handled{0};

struct Add {};
struct Sum {};
struct Crash {};
struct Leave {};

struct Counter {
  static constexpr poolder::WorkerOptions options{.on_failure = poolder::OnFailure::restart};

  Counter() { ++living; }
  ~Counter() { --living; }
  void handle_job(Add) {
    ++handled;
    ++sum;
  }
  void handle_job(Crash) { throw std::runtime_error("planned"); }
  poolder::Next handle_job(Leave) {
    ++handled;
    return poolder::exit();
  }
  int handle_call(Sum) { return sum; }
  int sum = 0;
};

bool is_expected(const poolder::Error& error) {
  return error.code() == ErrorCode::worker_down || error.code() == ErrorCode::not_found;
}

// While children only leave: those of a look between two equal counts are as many.
void expect_lists_to_match_counts(const FactoryPool& factory) {
  std::size_t before = 0, listed = 0;
  do {
    before = factory.count_all();
    listed = factory.list_all().size();
  } while (factory.count_all() != before);
  EXPECT_EQ(listed, before);
}

TEST(FactoryStress, ChildrenComeAndGoUnderEightThreads) {
  handled = 0;
  poolder::Runtime runtime;
  std::uint64_t dropped = 0;
  std::atomic<std::uint64_t> accepted{0}, ended{0}, started{0};
  {
    FactoryPool factory{runtime, {.restart = {.max_restarts = 1'000'000'000}}};
    on_threads(8, [&](std::size_t thread) {
      std::mt19937 random{static_cast<unsigned>(thread)};
      std::vector<WorkerRef<Counter>> mine;
      for (int i = 0; i < rounds; ++i) {
        const std::string group = "group " + std::to_string(random() % 4);
        const unsigned drawn = random() % 64;
        try {
          if (drawn < 16 || mine.empty()) {
            mine.push_back(factory.start_child<Counter>(group));
            ++started;
            continue;
          }
          const WorkerRef<Counter>& one = mine[random() % mine.size()];
          if (drawn < 28) {
            ended += factory.terminate(one.pid());
          } else if (drawn == 28) {
            ended += factory.terminate_group(group);
          } else if (drawn < 32) {
            accepted += factory.broadcast(group, Add{});
          } else if (drawn == 33) {
            factory.cast(one, Crash{});
            ++accepted;
          } else if (drawn == 34) {
            factory.cast(one, Leave{});
            ++accepted;
          } else if (drawn < 40) {
            factory.call(one, Sum{});
          } else if (drawn == 41) {
            EXPECT_LE(factory.list(group).size(), 8u * rounds);
          } else {
            factory.cast(group, one, Add{});
            ++accepted;
          }
        } catch (const poolder::Error& error) {
          EXPECT_TRUE(is_expected(error)) << error.what();
        }
        if (mine.size() > 64) mine.erase(mine.begin(), mine.begin() + 32);
      }
    });
    expect_lists_to_match_counts(factory);
    factory.stop();
    EXPECT_EQ(factory.count_all(), 0u);
    dropped = factory.dropped();
  }
  EXPECT_EQ(living, 0);
  EXPECT_LE(ended, started);
  // A call that found its child gone is among the dropped, but was not counted as accepted.
  EXPECT_LE(accepted, handled + dropped);
}

TEST(FactoryStress, HoldsAHundredThousandChildren) {
  poolder::Runtime runtime;
  FactoryPool factory{runtime};
  std::vector<WorkerRef<Counter>> all;
  all.reserve(crowd);
  for (std::size_t i = 0; i < crowd; ++i)
    all.push_back(factory.start_child<Counter>(i % 2 == 0 ? "even" : "odd"));

  EXPECT_EQ(factory.count_all(), crowd);
  EXPECT_EQ(factory.list("even").size(), crowd / 2);
  EXPECT_EQ(factory.broadcast("even", Add{}), crowd / 2);
  for (std::size_t i = 1; i < crowd; i += 2) EXPECT_TRUE(factory.terminate(all[i].pid()));
  EXPECT_EQ(factory.count("odd"), 0u);
  EXPECT_EQ(factory.call(all[0], Sum{}), 1);
  EXPECT_EQ(factory.terminate_group("even"), crowd / 2);
  EXPECT_EQ(factory.count_all(), 0u);
  factory.stop();

  EXPECT_EQ(living, 0);
}

TEST(FactoryStress, StopsWithACrowd) {
  poolder::Runtime runtime;
  {
    FactoryPool factory{runtime};
    for (std::size_t i = 0; i < crowd; ++i) factory.start_child<Counter>(std::to_string(i % 1'000));
    EXPECT_EQ(factory.groups().size(), 1'000u);
  }
  EXPECT_EQ(living, 0);
}

// False: the factory has stopped.
bool use(FactoryPool& factory) {
  try {
    const auto child = factory.start_child<Counter>("x");
    factory.cast(child, Add{});
    factory.broadcast("x", Add{});
    factory.terminate(child.pid());
    return true;
  } catch (const poolder::Error& error) {
    EXPECT_TRUE(error.code() == ErrorCode::stopped || is_expected(error)) << error.what();
    return error.code() != ErrorCode::stopped;
  }
}

TEST(FactoryStress, BearsEveryEndWhileItsUsersNeverPause) {
  const poolder_tests::Ends<FactoryPool> ends{
      [](poolder::Runtime& runtime) { return std::make_unique<FactoryPool>(runtime); }, use,
      [] { EXPECT_EQ(living, 0); }};

  ends.bear_all();
}

TEST(FactoryStress, TellsEveryEndOnce) {
  poolder::Runtime runtime;
  FactoryPool factory{runtime};
  constexpr int children = rounds / 10;
  Tally told;
  std::atomic<int> early{0};
  std::vector<poolder::Subscription> watches;
  std::vector<WorkerRef<Counter>> all;
  for (int i = 0; i < children; ++i) {
    all.push_back(factory.start_child<Counter>("x"));
    watches.push_back(
        runtime.monitor(all.back().pid(), [&, i](poolder::Pid, const poolder::ExitReason&) {
          early += all[static_cast<std::size_t>(i)].alive();
          told.add();
        }));
  }

  std::atomic<int> ended{0};
  on_threads(4, [&](std::size_t thread) {
    for (std::size_t i = 0; i < all.size(); ++i) {
      if ((i + thread) % 3 == 0) {
        try {
          factory.cast(all[i], Leave{});
        } catch (const poolder::Error& error) {
          EXPECT_TRUE(is_expected(error));
        }
      } else {
        ended += factory.terminate(all[i].pid());
      }
    }
  });

  EXPECT_TRUE(told.reaches(children));
  EXPECT_LE(ended, children);
  EXPECT_EQ(early, 0);
  EXPECT_EQ(factory.count_all(), 0u);
}

/// Cannot be constructed a second time.
struct Unborn {
  static constexpr poolder::WorkerOptions options{.on_failure = poolder::OnFailure::restart};

  explicit Unborn(std::shared_ptr<std::atomic<bool>> made) {
    if (made->exchange(true)) throw std::runtime_error("planned");
  }
  void handle_job(Crash) { throw std::runtime_error("planned"); }
};

TEST(FactoryStress, TellsWhyAChildEndedThatWasStillToBeConstructed) {
  poolder::Runtime runtime{{.threads = 2}};
  FactoryPool factory{runtime, {.restart = {.max_restarts = 1'000'000'000}}};
  Tally told;
  std::atomic<int> otherwise{0}, watched{0};
  for (int round = 0; round < 20; ++round) {
    for (int i = 0; i < 512; ++i)
      factory.cast(factory.start_child<Unborn>("x", std::make_shared<std::atomic<bool>>(false)),
                   Crash{});
    std::vector<poolder::Subscription> watches;
    std::atomic<bool> begun{false}, over{false};
    std::jthread watcher([&] {
      const std::vector<poolder::Pid> pids = factory.list("x");
      begun = true;
      begun.notify_one();
      while (!over)
        for (const poolder::Pid each : pids) {
          ++watched;
          watches.push_back(
              runtime.monitor(each, [&](poolder::Pid, const poolder::ExitReason& reason) {
                otherwise += reason.kind == poolder::ExitReason::Kind::normal;
                told.add();
              }));
        }
    });
    begun.wait(false);

    factory.terminate_group("x");
    over = true;
    watcher.join();

    ASSERT_TRUE(told.reaches(watched));
  }
  EXPECT_EQ(otherwise, 0);
}

}  // namespace
