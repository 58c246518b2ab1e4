// refused: poolder: PoolOptions.call_timeout must not be negative
#include <poolder/poolder.hpp>
struct Job {};
struct MyWorker {
  void handle_job(Job) {}
};
struct MyPool {
  using Worker = MyWorker;
#ifdef CONTROL
  static constexpr poolder::PoolOptions options{.call_timeout = std::chrono::seconds{1}};
#else
  static constexpr poolder::PoolOptions options{.call_timeout = std::chrono::seconds{-1}};
#endif
};
void use(poolder::Runtime& runtime) { poolder::Pool<MyPool> pool{runtime}; }
