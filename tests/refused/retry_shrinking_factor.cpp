// refused: poolder: WorkerOptions.retry.factor must be at least 1
#include <poolder/poolder.hpp>
struct Worker {
#ifdef CONTROL
  static constexpr poolder::WorkerOptions options{.retry = {.factor = 1.5}};
#else
  static constexpr poolder::WorkerOptions options{.retry = {.factor = 0.5}};
#endif
};
void use(poolder::Runtime& runtime) { poolder::Pool<Worker> pool{runtime, {.size = 1}}; }
