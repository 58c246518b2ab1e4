// The same pool on a virtual clock: a test of retries that takes no time, and that a seed repeats
// exactly.

#include <chrono>
#include <cstdio>
#include <stdexcept>

#include <poolder/poolder.hpp>

using namespace std::chrono_literals;

struct Upload {
  int succeed_at;
};

struct Uploader {
  static constexpr poolder::WorkerOptions options{
      .retry = {.max_attempts = 5, .backoff = 1min, .factor = 2.0, .max_backoff = 1h}};

  void handle_job(const Upload& job, poolder::Context& context) {
    if (context.attempt() < job.succeed_at) throw std::runtime_error("no network");
    std::printf("uploaded at attempt %d\n", context.attempt());
  }
};

int main() {
  poolder::SimulatedRuntime runtime{42};  // the seed
  poolder::Pool<Uploader> pool{runtime, {.size = 1}};
  const auto began = runtime.now();

  pool.cast(Upload{4});
  pool.drain(24h);

  const auto waited = std::chrono::duration_cast<std::chrono::minutes>(runtime.now() - began);
  std::printf("after %d virtual minutes\n", static_cast<int>(waited.count()));
}
