// refused: poolder: a lease pool's definition needs `Resource create\(\)`
#include <poolder/poolder.hpp>
struct Port {
  explicit Port(int its_number) : number(its_number) {}
  int number;
};
struct Ports {
  using Resource = Port;
  static constexpr poolder::LeasePoolOptions options{};
#ifdef CONTROL
  Port create() { return Port{1}; }
#endif
};
void use(poolder::Runtime& runtime) { poolder::LeasePool<Ports> pool{runtime}; }
