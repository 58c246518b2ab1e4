// refused: poolder: handle_hibernate must be `void handle_hibernate\(\)`
#include <poolder/poolder.hpp>
struct Items {
  using Item = int;
  static constexpr poolder::BatcherOptions options{};
#ifdef CONTROL
  void handle_hibernate() {}
#else
  void handle_hibernate(int) {}
#endif
  void handle_batch(poolder::Batch<int>&) {}
};
void use(poolder::Runtime& runtime) { poolder::Batcher<Items> batcher{runtime}; }
