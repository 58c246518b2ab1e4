// refused: poolder: BatcherOptions.hibernate_after must be above timeout
#include <poolder/poolder.hpp>
struct Items {
  using Item = int;
#ifdef CONTROL
  static constexpr poolder::BatcherOptions options{.hibernate_after = poolder::Duration{2}};
#else
  static constexpr poolder::BatcherOptions options{.timeout = poolder::Duration{2},
                                                   .hibernate_after = poolder::Duration{2}};
#endif
  void handle_batch(poolder::Batch<int>&) {}
};
void use(poolder::Runtime& runtime) { poolder::Batcher<Items> batcher{runtime}; }
