// refused: poolder: PoolOptions.restart.max_restarts must not be negative
#include <poolder/poolder.hpp>
struct Job {};
struct MyWorker {
  void handle_job(Job) {}
};
struct MyPool {
  using Worker = MyWorker;
#ifdef CONTROL
  static constexpr poolder::PoolOptions options{.restart = {.max_restarts = 0}};
#else
  static constexpr poolder::PoolOptions options{.restart = {.max_restarts = -1}};
#endif
};
void use(poolder::Runtime& runtime) { poolder::Pool<MyPool> pool{runtime}; }
