// refused: poolder: handle_call must return a value, not a reference
#include <poolder/poolder.hpp>
struct Ask {};
struct Worker {
#ifdef CONTROL
  int handle_call(Ask) { return count; }
#else
  int& handle_call(Ask) { return count; }
#endif
  int count = 0;
};
void use(poolder::Pool<Worker>& pool) { static_cast<void>(pool.call(Ask{})); }
