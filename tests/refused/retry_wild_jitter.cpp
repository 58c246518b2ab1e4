// refused: poolder: WorkerOptions.retry.jitter must be between 0 and 1
#include <poolder/poolder.hpp>
struct Worker {
#ifdef CONTROL
  static constexpr poolder::WorkerOptions options{.retry = {.jitter = 0.5}};
#else
  static constexpr poolder::WorkerOptions options{.retry = {.jitter = 1.5}};
#endif
};
void use(poolder::Runtime& runtime) { poolder::Pool<Worker> pool{runtime, {.size = 1}}; }
