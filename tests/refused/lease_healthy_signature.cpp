// refused: poolder: healthy must be `bool healthy\(Resource&\)`
#include <poolder/poolder.hpp>
struct Things {
  using Resource = int;
  static constexpr poolder::LeasePoolOptions options{};
#ifdef CONTROL
  bool healthy(int&) { return true; }
#else
  void healthy(int&) {}
#endif
};
void use(poolder::Runtime& runtime) { poolder::LeasePool<Things> pool{runtime}; }
