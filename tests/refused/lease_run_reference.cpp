// refused: poolder: a function given to run must return a value, not a reference
#include <poolder/poolder.hpp>
struct Things {
  using Resource = int;
  static constexpr poolder::LeasePoolOptions options{};
};
void use(poolder::LeasePool<Things>& pool) {
#ifdef CONTROL
  (void)pool.run([](int& thing) { return thing; });
#else
  (void)pool.run([](int& thing) -> int& { return thing; });
#endif
}
