// refused: poolder: handle_hibernate must be `void handle_hibernate\(\)`
#include <poolder/poolder.hpp>
struct Worker {
#ifdef CONTROL
  void handle_hibernate() {}
#else
  void handle_hibernate(int) {}
#endif
};
void use(poolder::Runtime& runtime) { poolder::Pool<Worker> pool{runtime, {.size = 1}}; }
