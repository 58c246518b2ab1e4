// refused: poolder: WorkerOptions.retry.max_attempts must be at least 1
#include <poolder/poolder.hpp>
struct Worker {
#ifdef CONTROL
  static constexpr poolder::WorkerOptions options{.retry = {.max_attempts = 1}};
#else
  static constexpr poolder::WorkerOptions options{.retry = {.max_attempts = 0}};
#endif
};
void use(poolder::Runtime& runtime) { poolder::Pool<Worker> pool{runtime, {.size = 1}}; }
