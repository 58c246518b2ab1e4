// refused: poolder: a batcher's definition has `static constexpr
#include <poolder/poolder.hpp>
struct Items {
  using Item = int;
#ifdef CONTROL
  static constexpr poolder::BatcherOptions options{};
#endif
  void handle_batch(poolder::Batch<int>&) {}
};
void use(poolder::Runtime& runtime) { poolder::Batcher<Items> batcher{runtime}; }
