// refused: poolder: LeasePoolOptions.min_size must not be above max_size
#include <poolder/poolder.hpp>
struct Things {
  using Resource = int;
#ifdef CONTROL
  static constexpr poolder::LeasePoolOptions options{.size = 1, .min_size = 2, .max_size = 2};
#else
  static constexpr poolder::LeasePoolOptions options{.size = 1, .min_size = 3, .max_size = 2};
#endif
};
void use(poolder::Runtime& runtime) { poolder::LeasePool<Things> pool{runtime}; }
