// refused: poolder: BatcherOptions.queue.order must be left as it is
#include <poolder/poolder.hpp>
struct Items {
  using Item = int;
#ifdef CONTROL
  static constexpr poolder::BatcherOptions options{.order = poolder::BatchOrder::lifo};
#else
  static constexpr poolder::BatcherOptions options{.queue = {.order = poolder::QueueOrder::lifo}};
#endif
  void handle_batch(poolder::Batch<int>&) {}
};
void use(poolder::Runtime& runtime) { poolder::Batcher<Items> batcher{runtime}; }
