// refused: poolder: WorkerOptions.hibernate_after is set, but the worker has no
#include <poolder/poolder.hpp>
struct Worker {
  static constexpr poolder::WorkerOptions options{.hibernate_after = std::chrono::seconds{1}};
#ifdef CONTROL
  void handle_hibernate() {}
#endif
};
void use(poolder::Runtime& runtime) { poolder::Pool<Worker> pool{runtime, {.size = 1}}; }
