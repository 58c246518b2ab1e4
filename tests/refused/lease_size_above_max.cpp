// refused: poolder: LeasePoolOptions.size must not be above max_size
#include <poolder/poolder.hpp>
struct Things {
  using Resource = int;
#ifdef CONTROL
  static constexpr poolder::LeasePoolOptions options{.size = 3, .max_size = 3};
#else
  static constexpr poolder::LeasePoolOptions options{.size = 4, .max_size = 3};
#endif
};
void use(poolder::Runtime& runtime) { poolder::LeasePool<Things> pool{runtime}; }
