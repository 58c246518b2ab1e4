// refused: poolder: BatcherOptions.max_weight is set, but the definition has no
#include <poolder/poolder.hpp>
struct Items {
  using Item = int;
  static constexpr poolder::BatcherOptions options{.max_weight = 10};
  void handle_batch(poolder::Batch<int>&) {}
#ifdef CONTROL
  std::size_t weigh(const int&) const { return 1; }
#endif
};
void use(poolder::Runtime& runtime) { poolder::Batcher<Items> batcher{runtime}; }
