// A batcher: items are collected, and handed over a batch at a time.

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>
#include <vector>

#include <poolder/poolder.hpp>

using namespace std::chrono_literals;

// A batch goes out with its third line, or one minute after its first; one that fails is tried
// again, with the same lines, and after the third time given up.
struct Upload {
  using Item = std::string;
  static constexpr poolder::BatcherOptions options{
      .name = "upload",
      .limit = 3,
      .timeout = 1min,
      .retry = {.max_attempts = 3, .backoff = 1s},
  };

  void handle_batch(poolder::Batch<std::string>& batch) {
    if (server_is_down) throw std::runtime_error("the server is down");
    for (const auto [position, line] : batch.indexed())
      std::printf("%s%s", position == 0 ? "uploaded: " : ", ", line->c_str());
    std::printf("\n");
  }
  void handle_dropped(poolder::Batch<std::string>& batch, const poolder::Failure& failure) {
    std::printf("gave up %zu after attempt %d: %s\n", batch.size(), failure.attempt,
                std::string(failure.what()).c_str());
  }

  static inline bool server_is_down = false;
};

int main() {
  poolder::SimulatedRuntime runtime{1};  // a Runtime, but that waiting costs no time
  poolder::Batcher<Upload> upload{runtime};

  for (const char* line : {"one", "two", "three", "four"}) upload.push(line);
  runtime.run_until_idle();
  std::printf("%zu waits\n", upload.size());
  runtime.advance(1min);

  upload.push("six");
  upload.push_front("five");
  if (const auto line = upload.pop_at(1)) std::printf("taken back: %s\n", line->c_str());
  upload.flush();
  runtime.run_until_idle();

  Upload::server_is_down = true;
  upload.push("seven");
  upload.flush();
  runtime.advance(500ms);
  Upload::server_is_down = false;
  upload.drain(5s);  // the second attempt, a second after the first

  Upload::server_is_down = true;
  upload.push_all(std::vector<std::string>{"eight", "nine"});
  upload.stop();  // handles what it holds first

  const poolder::BatcherStats stats = upload.stats();
  std::printf("%s: %llu uploaded, %llu dropped\n", stats.name.c_str(),
              static_cast<unsigned long long>(stats.items),
              static_cast<unsigned long long>(stats.dropped));
}
