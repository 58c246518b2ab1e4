// refused: poolder: handle_dropped must be `void handle_dropped\(poolder::Batch<Item>&
#include <poolder/poolder.hpp>
struct Items {
  using Item = int;
  static constexpr poolder::BatcherOptions options{};
#ifdef CONTROL
  void handle_dropped(poolder::Batch<int>&, const poolder::Failure&) {}
#else
  void handle_dropped(poolder::Batch<int>&) {}
#endif
  void handle_batch(poolder::Batch<int>&) {}
};
void use(poolder::Runtime& runtime) { poolder::Batcher<Items> batcher{runtime}; }
