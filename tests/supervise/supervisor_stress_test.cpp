// Children that fail at random, under supervisors that are stopped, and whose children come and go.

#include <atomic>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/core/random.hpp>
#include <poolder/supervise/supervisor.hpp>

#include "supervise/service.hpp"
#include "support/error_of.hpp"
#include "support/start_stop.hpp"

using namespace std::chrono_literals;
using namespace poolder;
using poolder_tests::error_of;
using poolder_tests::Service;

namespace {

ChildSpec service(Service::Counts& counts, std::string name, ChildOptions options = {}) {
  return child<Service>(options, &counts, std::move(name));
}

struct Tree {
  Tree(Runtime& runtime, Service::Counts& its_counts, Strategy strategy)
      : counts(its_counts),
        app(runtime, {.strategy = strategy, .max_restarts = 1'000'000, .period = 1h},
            service(counts, "a"), service(counts, "b", {.restart = Restart::transient}),
            child<Supervisor>(SupervisorOptions{.name = "in", .max_restarts = 2, .period = 1h},
                              service(counts, "c"), service(counts, "d"))) {}

  /// False: it has stopped.
  bool disturb() {
    thread_local detail::Random random{std::hash<std::thread::id>{}(std::this_thread::get_id())};
    static constexpr const char* added[] = {"e", "f", "g"};
    const std::string name = added[random.below(3)];
    (void)error_of([&] {
      switch (random.below(6)) {
        case 0:
          return app.start_child(service(counts, name));
        case 1:
          return app.terminate_child(name);
        case 2:
          return app.get<Supervisor>("in").get<Service>("c").fail();
        case 3:
          return app.get<Service>("b").fail(random.below(2) == 0 ? ExitReason::Kind::normal
                                                                 : ExitReason::Kind::killed);
        default:
          return app.get<Service>(random.below(2) == 0 ? "a" : name).fail();
      }
    });
    return app.running();
  }

  Service::Counts& counts;
  Supervisor app;
};

void stress(Strategy strategy, std::size_t times) {
  Service::Counts counts;
  Runtime runtime{{.threads = 2}};
  const poolder_tests::StartStop<Tree> trees{
      [&] { return std::make_unique<Tree>(runtime, counts, strategy); },
      [](Tree& tree) { return tree.disturb(); }, [](Tree& tree) { tree.app.stop(); }};

  const std::size_t told = trees.stress(times, 3, 60);

  EXPECT_EQ(told, 3 * times);
  EXPECT_EQ(counts.alive, 0);
  EXPECT_EQ(counts.starts.count(), counts.stops.count());
}

TEST(SupervisorStress, OneForOneBearsRandomFailuresAndStops) { stress(Strategy::one_for_one, 150); }
TEST(SupervisorStress, OneForAllBearsRandomFailuresAndStops) { stress(Strategy::one_for_all, 150); }
TEST(SupervisorStress, RestForOneBearsRandomFailuresAndStops) {
  stress(Strategy::rest_for_one, 150);
}

// Who asks through a Ref looks at the children, and must not be the last to let go of one.
TEST(SupervisorStress, ItsChildrenAreGoneWhenItsDestructorReturns) {
  Runtime runtime{{.threads = 2}};
  for (int time = 0; time < 3'000; ++time) {
    Service::Counts counts;
    std::optional<Supervisor> app;
    app.emplace(runtime, SupervisorOptions{.name = "app"}, service(counts, "a"),
                service(counts, "b"));
    std::atomic<int> asked{0};
    std::jthread user([&, held = runtime.find<Supervisor>("app")] {
      do {
        ++asked;
        asked.notify_one();
      } while (error_of([&] { held->terminate_child("nobody"); }) == ErrorCode::not_found);
    });
    for (int seen = asked; seen < 5; seen = asked) asked.wait(seen);

    app.reset();

    ASSERT_EQ(counts.alive, 0);
  }
}

TEST(SupervisorStress, TheRuntimeEndsUnderATree) {
  for (int time = 0; time < 150; ++time) {
    Service::Counts counts;
    auto runtime = std::make_unique<Runtime>(RuntimeOptions{.threads = 2});
    Tree tree{*runtime, counts, Strategy::one_for_all};
    {
      std::atomic<int> used{0};
      std::vector<std::jthread> users;
      for (int user = 0; user < 2; ++user)
        users.emplace_back([&] {
          while (tree.disturb()) {
            ++used;
            used.notify_one();
          }
        });
      for (int seen = used; seen < 20; seen = used) used.wait(seen);
      runtime.reset();
    }
    EXPECT_EQ(counts.starts.count(), counts.stops.count());
  }
}

}  // namespace
