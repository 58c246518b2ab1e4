// refused: poolder: create must be `Resource create\(\)`
#include <poolder/poolder.hpp>
struct Things {
  using Resource = int;
  static constexpr poolder::LeasePoolOptions options{};
#ifdef CONTROL
  int create() { return 1; }
#else
  int create(int given) { return given; }
#endif
};
void use(poolder::Runtime& runtime) { poolder::LeasePool<Things> pool{runtime}; }
