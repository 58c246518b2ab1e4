// refused: poolder: WorkerOptions.retry.backoff and max_backoff must not be negative
#include <poolder/poolder.hpp>
struct Worker {
#ifdef CONTROL
  static constexpr poolder::WorkerOptions options{.retry = {.backoff = std::chrono::seconds{1}}};
#else
  static constexpr poolder::WorkerOptions options{.retry = {.backoff = std::chrono::seconds{-1}}};
#endif
};
void use(poolder::Runtime& runtime) { poolder::Pool<Worker> pool{runtime, {.size = 1}}; }
