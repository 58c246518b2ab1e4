// refused: poolder: a definition's events must be `static poolder::PoolEvents events\(\)`
#include <poolder/poolder.hpp>
struct Worker {};
struct Definition {
  using Worker = ::Worker;
  static constexpr poolder::PoolOptions options{.size = 1};
#ifdef CONTROL
  static poolder::PoolEvents events() { return {}; }
#else
  poolder::PoolEvents events(int) { return {}; }
#endif
};
void use(poolder::Runtime& runtime) { poolder::Pool<Definition> pool{runtime}; }
