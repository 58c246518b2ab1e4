// refused: poolder: reset must be `void reset\(Resource&\)`
#include <poolder/poolder.hpp>
struct Things {
  using Resource = int;
  static constexpr poolder::LeasePoolOptions options{};
#ifdef CONTROL
  void reset(int&) {}
#else
  bool reset(int&) { return true; }
#endif
};
void use(poolder::Runtime& runtime) { poolder::LeasePool<Things> pool{runtime}; }
