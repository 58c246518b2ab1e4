// refused: poolder: a batcher's Item is a value: no reference, not const, no array
#include <poolder/poolder.hpp>
struct Items {
#ifdef CONTROL
  using Item = int;
#else
  using Item = const int;
#endif
  static constexpr poolder::BatcherOptions options{};
  void handle_batch(poolder::Batch<Item>&) {}
};
void use(poolder::Runtime& runtime) { poolder::Batcher<Items> batcher{runtime}; }
