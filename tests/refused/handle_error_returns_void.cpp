// refused: poolder: handle_error must be `poolder::Recovery handle_error\(const
// poolder::Failure&\)`
#include <poolder/poolder.hpp>
struct Worker {
#ifdef CONTROL
  poolder::Recovery handle_error(const poolder::Failure&) { return poolder::halt(); }
#else
  void handle_error(const poolder::Failure&) {}
#endif
};
void use(poolder::Runtime& runtime) { poolder::Pool<Worker> pool{runtime, {.size = 1}}; }
