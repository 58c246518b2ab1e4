// refused: poolder: handle_error of a batcher must be `poolder::Recovery handle_error\(
#include <poolder/poolder.hpp>
struct Items {
  using Item = int;
  static constexpr poolder::BatcherOptions options{};
#ifdef CONTROL
  poolder::Recovery handle_error(poolder::Batch<int>&, const poolder::Failure&) {
    return poolder::halt();
  }
#else
  poolder::Recovery handle_error(const poolder::Failure&) { return poolder::halt(); }
#endif
  void handle_batch(poolder::Batch<int>&) {}
};
void use(poolder::Runtime& runtime) { poolder::Batcher<Items> batcher{runtime}; }
