// refused: poolder: BatcherOptions.queue.max_wait must be left as it is
#include <poolder/poolder.hpp>
struct Items {
  using Item = int;
#ifdef CONTROL
  static constexpr poolder::BatcherOptions options{.timeout = poolder::Duration{1}};
#else
  static constexpr poolder::BatcherOptions options{.queue = {.max_wait = poolder::Duration{1}}};
#endif
  void handle_batch(poolder::Batch<int>&) {}
};
void use(poolder::Runtime& runtime) { poolder::Batcher<Items> batcher{runtime}; }
