// refused: poolder: handle_batch must be `void handle_batch\(poolder::Batch<Item>&\)`
#include <poolder/poolder.hpp>
struct Items {
  using Item = int;
  static constexpr poolder::BatcherOptions options{};
#ifdef CONTROL
  void handle_batch(poolder::Batch<int>&) {}
#else
  void handle_batch(std::vector<int>&) {}
#endif
};
void use(poolder::Runtime& runtime) { poolder::Batcher<Items> batcher{runtime}; }
