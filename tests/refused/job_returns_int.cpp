// refused: poolder: handle_job must return void, poolder::Next, or what
#include <poolder/poolder.hpp>
struct Job {};
struct Worker {
#ifdef CONTROL
  poolder::Next handle_job(Job) { return poolder::proceed(); }
#else
  int handle_job(Job) { return 1; }
#endif
};
void use(poolder::Pool<Worker>& pool) { pool.cast(Job{}); }
