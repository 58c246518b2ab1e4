// refused: poolder: PoolOptions.queue.capacity must be at least 1
#include <poolder/poolder.hpp>
struct Job {};
struct MyWorker {
  void handle_job(Job) {}
};
struct MyPool {
  using Worker = MyWorker;
#ifdef CONTROL
  static constexpr poolder::PoolOptions options{.queue = {.capacity = 1}};
#else
  static constexpr poolder::PoolOptions options{.queue = {.capacity = 0}};
#endif
};
void use(poolder::Runtime& runtime) { poolder::Pool<MyPool> pool{runtime}; }
