#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/runtime/runtime.hpp>

namespace poolder_tests {

/// What every engine must bear: to be started, kept busy by threads that never pause, and stopped
/// under their hands, many times over. Once it is stopped `use` must say so and not hang.
template <class Engine>
struct StartStop {
  std::function<std::unique_ptr<Engine>()> start;
  /// One piece of work. False: the engine has stopped.
  std::function<bool(Engine&)> use;
  std::function<void(Engine&)> stop;

  /// Each time the engine is stopped after `uses` pieces of work, and destroyed after its users
  /// have heard of it. How often a user did.
  std::size_t stress(std::size_t times, std::size_t users, std::size_t uses) const {
    std::atomic<std::size_t> told{0};
    for (std::size_t time = 0; time < times; ++time) {
      const std::unique_ptr<Engine> engine = start();
      std::atomic<std::size_t> used{0};
      std::vector<std::jthread> busy;
      for (std::size_t user = 0; user < users; ++user)
        busy.emplace_back([&] {
          while (use(*engine)) {
            used.fetch_add(1, std::memory_order_release);
            used.notify_one();
          }
          told.fetch_add(1, std::memory_order_relaxed);
        });
      for (auto seen = used.load(); seen < uses; seen = used.load()) used.wait(seen);
      stop(*engine);
    }
    return told.load();
  }
};

/// The ends that an engine's stress test puts it through, all of them by bear_all().
template <class Engine>
struct Ends {
  std::function<std::unique_ptr<Engine>(poolder::Runtime&)> start;
  /// One piece of work. False: the engine has stopped.
  std::function<bool(Engine&)> use;
  /// Expects that nothing is left of it, right after a stop has returned.
  std::function<void()> expect_gone = [] {};

  void bear_all() const {
    bear_stops(1'000);
    bear_many_stoppers(200);
    bear_short_programs(300);
    bear_runtimes_that_end_first(200);
  }

  void bear_stops(std::size_t times) const {
    SCOPED_TRACE("stopped while its users never pause");
    poolder::Runtime runtime{{.threads = 2}};
    const StartStop<Engine> engines{[&] { return start(runtime); }, use,
                                    [&](Engine& engine) { stop(engine); }};
    EXPECT_EQ(engines.stress(times, 2, 20), 2 * times);
  }

  void bear_many_stoppers(std::size_t times) const {
    SCOPED_TRACE("stopped by many threads at once");
    poolder::Runtime runtime{{.threads = 2}};
    const StartStop<Engine> engines{[&] { return start(runtime); }, use,
                                    [&](Engine& engine) {
                                      std::jthread other([&] { stop(engine); });
                                      std::jthread third([&] { stop(engine); });
                                      stop(engine);
                                    }};
    EXPECT_EQ(engines.stress(times, 2, 20), 2 * times);
  }

  /// A runtime and all that it runs, as a program has it that starts and ends quickly.
  void bear_short_programs(std::size_t times) const {
    SCOPED_TRACE("stopped and destroyed with its runtime");
    struct Program {
      explicit Program(const Ends& ends) : engine(ends.start(runtime)) {}
      poolder::Runtime runtime{{.threads = 2}};
      std::unique_ptr<Engine> engine;
    };
    const StartStop<Program> programs{[&] { return std::make_unique<Program>(*this); },
                                      [&](Program& program) { return use(*program.engine); },
                                      [&](Program& program) { stop(*program.engine); }};
    EXPECT_EQ(programs.stress(times, 1, 10), times);
  }

  void bear_runtimes_that_end_first(std::size_t times) const {
    SCOPED_TRACE("its runtime is destroyed while it is in use");
    for (std::size_t time = 0; time < times; ++time) {
      auto runtime = std::make_unique<poolder::Runtime>(poolder::RuntimeOptions{.threads = 2});
      const std::unique_ptr<Engine> engine = start(*runtime);
      std::atomic<int> used{0};
      std::jthread user([&] {
        while (use(*engine)) {
          used.fetch_add(1, std::memory_order_release);
          used.notify_one();
        }
      });
      for (int seen = used; seen < 10; seen = used) used.wait(seen);

      runtime.reset();
      user.join();
      expect_gone();
    }
  }

 private:
  void stop(Engine& engine) const {
    engine.stop();
    expect_gone();
  }
};

}  // namespace poolder_tests
