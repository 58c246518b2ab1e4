// refused: poolder: BatcherOptions.shutdown must not be negative
#include <poolder/poolder.hpp>
struct Items {
  using Item = int;
#ifdef CONTROL
  static constexpr poolder::BatcherOptions options{.shutdown = poolder::Duration{0}};
#else
  static constexpr poolder::BatcherOptions options{.shutdown = poolder::Duration{-1}};
#endif
  void handle_batch(poolder::Batch<int>&) {}
};
void use(poolder::Runtime& runtime) { poolder::Batcher<Items> batcher{runtime}; }
