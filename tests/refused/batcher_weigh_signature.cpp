// refused: poolder: weigh must be `std::size_t weigh\(const Item&\)`
#include <poolder/poolder.hpp>
struct Items {
  using Item = int;
  static constexpr poolder::BatcherOptions options{};
#ifdef CONTROL
  std::size_t weigh(const int&) const { return 1; }
#else
  std::size_t weigh(int&) const { return 1; }
#endif
  void handle_batch(poolder::Batch<int>&) {}
};
void use(poolder::Runtime& runtime) { poolder::Batcher<Items> batcher{runtime}; }
