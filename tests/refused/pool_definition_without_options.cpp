// refused: poolder: a pool's definition needs `static constexpr poolder::PoolOptions options
#include <poolder/poolder.hpp>

struct MyWorker {};
struct MyPool {
  using Worker = MyWorker;
};

int main() {
  poolder::Runtime runtime;
  poolder::Pool<MyPool> pool{runtime};
}
