// refused: poolder: a pool's definition needs `static constexpr poolder::PoolOptions options
#include <poolder/poolder.hpp>
struct MyWorker {};
struct MyPool {
  using Worker = MyWorker;
#ifdef CONTROL
  static constexpr poolder::PoolOptions options{};
#endif
};

int main() {
  poolder::Runtime runtime;
  poolder::Pool<MyPool> pool{runtime};
}
