// refused: poolder: BatcherOptions.queue.capacity must be at least 1
#include <poolder/poolder.hpp>
struct Items {
  using Item = int;
#ifdef CONTROL
  static constexpr poolder::BatcherOptions options{.queue = {.capacity = 1}};
#else
  static constexpr poolder::BatcherOptions options{.queue = {.capacity = 0}};
#endif
  void handle_batch(poolder::Batch<int>&) {}
};
void use(poolder::Runtime& runtime) { poolder::Batcher<Items> batcher{runtime}; }
