// refused: poolder: a worker's `options` must be `static constexpr poolder::WorkerOptions
#include <poolder/poolder.hpp>
struct Worker {
#ifdef CONTROL
  static constexpr poolder::WorkerOptions options{.name = "worker"};
#else
  static constexpr poolder::RetryPolicy options{.max_attempts = 3};
#endif
};
void use(poolder::Runtime& runtime) { poolder::Pool<Worker> pool{runtime, {.size = 1}}; }
