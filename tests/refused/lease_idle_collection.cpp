// refused: poolder: Idle must be a Collection
#include <poolder/poolder.hpp>
struct Things {
  using Resource = int;
  static constexpr poolder::LeasePoolOptions options{};
#ifdef CONTROL
  template <class T>
  using Idle = poolder::Fifo<T>;
#else
  template <class T>
  using Idle = std::vector<T>;
#endif
};
void use(poolder::Runtime& runtime) { poolder::LeasePool<Things> pool{runtime}; }
