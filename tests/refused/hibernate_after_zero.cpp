// refused: poolder: WorkerOptions.hibernate_after must be above 0
#include <poolder/poolder.hpp>
struct Worker {
#ifdef CONTROL
  static constexpr poolder::WorkerOptions options{.hibernate_after = std::chrono::seconds{1}};
#else
  static constexpr poolder::WorkerOptions options{.hibernate_after = std::chrono::seconds{0}};
#endif
  void handle_hibernate() {}
};
void use(poolder::Runtime& runtime) { poolder::Pool<Worker> pool{runtime, {.size = 1}}; }
