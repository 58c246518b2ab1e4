// refused: PoolOptions.placement cannot be dedicated where dynamic is set
#include <poolder/poolder.hpp>
struct MyWorker {};
struct MyPool {
  using Worker = MyWorker;
#ifdef CONTROL
  static constexpr bool grows = false;
#else
  static constexpr bool grows = true;
#endif
  static constexpr poolder::PoolOptions options{.dynamic = grows,
                                                .placement = poolder::Placement::dedicated};
};

int main() {
  poolder::Runtime runtime;
  poolder::Pool<MyPool> pool{runtime};
}
