// refused: poolder: PoolOptions.queue.max_wait must be above 0
#include <poolder/poolder.hpp>
struct Job {};
struct MyWorker {
  void handle_job(Job) {}
};
struct MyPool {
  using Worker = MyWorker;
#ifdef CONTROL
  static constexpr poolder::PoolOptions options{.queue = {.max_wait = std::chrono::seconds{1}}};
#else
  static constexpr poolder::PoolOptions options{.queue = {.max_wait = std::chrono::seconds{0}}};
#endif
};
void use(poolder::Runtime& runtime) { poolder::Pool<MyPool> pool{runtime}; }
