// refused: poolder: BatcherOptions.timeout must be above 0
#include <poolder/poolder.hpp>
struct Items {
  using Item = int;
#ifdef CONTROL
  static constexpr poolder::BatcherOptions options{.timeout = poolder::Duration{1}};
#else
  static constexpr poolder::BatcherOptions options{.timeout = poolder::Duration{0}};
#endif
  void handle_batch(poolder::Batch<int>&) {}
};
void use(poolder::Runtime& runtime) { poolder::Batcher<Items> batcher{runtime}; }
