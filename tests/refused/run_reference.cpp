// refused: poolder: the function given to run must return a value, not a reference
#include <poolder/poolder.hpp>
struct Worker {
  int count = 0;
};
#ifdef CONTROL
int count_of(Worker& worker) { return worker.count; }
#else
int& count_of(Worker& worker) { return worker.count; }
#endif
void use(poolder::Pool<Worker>& pool) { static_cast<void>(pool.run(count_of)); }
