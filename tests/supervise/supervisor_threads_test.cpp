// A supervisor on real threads.

#include <atomic>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/supervise/supervisor.hpp>

#include "supervise/service.hpp"
#include "support/error_of.hpp"
#include "support/gate.hpp"
#include "support/on_threads_fixture.hpp"
#include "support/threads.hpp"

using namespace std::chrono_literals;
using namespace poolder;
using poolder_tests::error_of;
using poolder_tests::Gate;
using poolder_tests::Service;
using poolder_tests::Tally;

namespace {

class Supervision : public poolder_tests::OnThreads {
 protected:
  ChildSpec service(std::string name, ChildOptions options = {}) {
    return child<Service>(options, &counts, std::move(name));
  }

  Service::Counts counts;
};

INSTANTIATE_TEST_SUITE_P(Threads, Supervision, poolder_tests::thread_counts,
                         poolder_tests::name_of_count);

TEST_P(Supervision, RestartsUntilItHasHadEnough) {
  Supervisor app{runtime, {.max_restarts = 3, .period = 1h}, service("a"), service("b")};
  auto& a = app.get<Service>("a");
  Gate ended;
  app.core()->on_ended([&](const ExitReason&) { ended.open(); });

  for (int starts = 3; starts <= 7; starts += 2) {
    a.fail();
    EXPECT_TRUE(counts.starts.reaches(starts));
    app.start_child(service("next"));  // what is under way comes first
    app.terminate_child("next");
    EXPECT_TRUE(app.running());
  }
  a.fail();
  EXPECT_TRUE(ended.wait());

  EXPECT_FALSE(app.running());
  EXPECT_EQ(counts.starts.count(), 8);
  EXPECT_EQ(counts.stops.count(), 8);
  EXPECT_EQ(app.count(), 0u);
}

TEST_P(Supervision, ManyThreadsStopItAtOnce) {
  std::optional<Supervisor> app;
  app.emplace(runtime, SupervisorOptions{}, service("a"), service("b"));

  poolder_tests::on_threads(4, [&](std::size_t) {
    app->stop();
    EXPECT_EQ(counts.stops.count(), 2);
  });
  app.reset();

  EXPECT_EQ(counts.alive, 0);
}

TEST_P(Supervision, ItsChildrenAreDestroyedWithIt) {
  for (int i = 0; i < 50; ++i) {
    Supervisor app{runtime,
                   {},
                   service("a"),
                   service("b", {.restart = Restart::temporary}),
                   child<Supervisor>(SupervisorOptions{}, service("c"))};
    app.start_child(service("d"));
    if (i % 2 == 0) app.get<Service>("d").fail();
    if (i % 3 == 0) app.get<Service>("b").fail();
  }

  EXPECT_EQ(counts.alive, 0);
  EXPECT_EQ(counts.starts.count(), counts.stops.count());
}

TEST_P(Supervision, TheRuntimeIsDestroyedFirst) {
  auto own = std::make_unique<Runtime>(RuntimeOptions{.threads = GetParam()});
  Supervisor app{*own, {.name = "app"}, service("a")};
  const auto held = own->find<Supervisor>("app");
  app.start_child(service("b"));

  own.reset();

  EXPECT_FALSE(held->running());
  EXPECT_EQ(counts.stops.count(), 2);
  EXPECT_EQ(error_of([&] { held->start_child(service("c")); }), ErrorCode::stopped);
  EXPECT_EQ(error_of([&] { app.terminate_child("a"); }), ErrorCode::stopped);
}

TEST_P(Supervision, ARuntimeThatHasEndedTakesNoSupervisor) {
  auto own = std::make_unique<Runtime>(RuntimeOptions{.threads = GetParam()});
  Runtime& ended = *own;
  own->core()->stop();

  EXPECT_EQ(error_of([&] {
              Supervisor{ended, {}, service("a"), service("b")};
            }),
            ErrorCode::stopped);

  EXPECT_EQ(counts.alive, 0);
  EXPECT_EQ(counts.starts.count(), counts.stops.count());
}

/// Its stop() waits for a gate.
struct Slow {
  Slow(Gate* its_gate, Tally* its_stops) : gate(its_gate), stops(its_stops) {}
  void start() {}
  void stop() {
    EXPECT_TRUE(gate->wait());
    stops->add();
  }
  void on_failed(const std::function<void(ExitReason)>&) {}
  Gate* gate;
  Tally* stops;
};

TEST_P(Supervision, AStopThatTakesTooLongIsLeftBehind) {
  Gate gate;
  Tally stops;
  auto app = std::make_unique<Supervisor>(
      runtime, SupervisorOptions{},
      std::vector{service("a"), child<Slow>(ChildOptions{.shutdown = 20ms}, &gate, &stops)});

  app.reset();

  EXPECT_EQ(counts.stops.count(), 1);
  EXPECT_EQ(stops.count(), 0);
  gate.open();
  EXPECT_TRUE(stops.reaches(1));
}

}  // namespace
