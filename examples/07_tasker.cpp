// A tasker: many functions, a few of them at once.

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <thread>
#include <vector>

#include <poolder/poolder.hpp>

using namespace std::chrono_literals;

int main() {
  poolder::Runtime runtime;
  poolder::Tasker tasker{runtime, {.name = "downloads", .limit = 3}};

  // Twenty tasks that block, never more than three of them at once.
  std::vector<poolder::Future<int>> sizes;
  for (int i = 1; i <= 20; ++i)
    sizes.push_back(tasker.submit([i] {
      std::this_thread::sleep_for(1ms);
      if (i == 13) throw std::runtime_error("no such page");
      return i * 100;
    }));

  // All results, in the order in which they were asked for; at most five seconds altogether.
  int sum = 0;
  for (poolder::Result<int>& size : poolder::Tasker::await(sizes, 5s)) {
    try {
      sum += size.value();
    } catch (const std::exception& error) {
      std::printf("one failed: %s\n", error.what());
    }
  }
  std::printf("%d bytes\n", sum);

  // Or told of the result by a job of its own.
  tasker.callback(
      [] { return 6 * 7; },
      [](poolder::Result<int> result) { std::printf("called back: %d\n", result.value()); });
  tasker.drain(5s);

  tasker.set_limit(1);  // while it works
  for (const char* each : {"one", "after", "the", "other"})
    tasker.execute([each] { std::printf("%s\n", each); });
  tasker.drain(5s);

  const poolder::TaskerStats stats = tasker.stats();
  std::printf("%s: %llu done, %llu failed\n", stats.name.c_str(),
              static_cast<unsigned long long>(stats.processed),
              static_cast<unsigned long long>(stats.failed));
}
