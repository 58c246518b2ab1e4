// refused: PoolOptions.placement cannot be dedicated where dynamic is set
#include <poolder/poolder.hpp>

struct Worker {};
struct Workers {
  using Worker = ::Worker;
  static constexpr poolder::PoolOptions options{.dynamic = true,
                                                .placement = poolder::Placement::dedicated};
};

int main() {
  poolder::Runtime runtime;
  poolder::Pool<Workers> pool{runtime};
}
