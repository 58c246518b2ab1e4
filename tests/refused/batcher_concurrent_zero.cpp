// refused: poolder: BatcherOptions.max_concurrent_batches must be at least 1
#include <poolder/poolder.hpp>
struct Items {
  using Item = int;
#ifdef CONTROL
  static constexpr poolder::BatcherOptions options{.max_concurrent_batches = 1};
#else
  static constexpr poolder::BatcherOptions options{.max_concurrent_batches = 0};
#endif
  void handle_batch(poolder::Batch<int>&) {}
};
void use(poolder::Runtime& runtime) { poolder::Batcher<Items> batcher{runtime}; }
