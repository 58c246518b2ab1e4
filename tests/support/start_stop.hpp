#pragma once

#include <atomic>
#include <cstddef>
#include <functional>
#include <memory>
#include <thread>
#include <vector>

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

}  // namespace poolder_tests
