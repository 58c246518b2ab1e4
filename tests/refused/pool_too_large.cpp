// refused: poolder: PoolOptions.size must be at most 2.24
#include <poolder/poolder.hpp>
struct Job {};
struct MyWorker {
  void handle_job(Job) {}
};
struct MyPool {
  using Worker = MyWorker;
#ifdef CONTROL
  static constexpr poolder::PoolOptions options{.size = 100};
#else
  static constexpr poolder::PoolOptions options{.size = std::size_t{1} << 25};
#endif
};
void use(poolder::Runtime& runtime) { poolder::Pool<MyPool> pool{runtime}; }
