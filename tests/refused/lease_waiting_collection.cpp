// refused: poolder: Waiting must be a Collection
#include <poolder/poolder.hpp>
struct Things {
  using Resource = int;
  static constexpr poolder::LeasePoolOptions options{};
#ifdef CONTROL
  template <class T>
  using Waiting = poolder::Lifo<T>;
#else
  template <class T>
  using Waiting = std::vector<T>;
#endif
};
void use(poolder::Runtime& runtime) { poolder::LeasePool<Things> pool{runtime}; }
