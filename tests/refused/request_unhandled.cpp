// refused: poolder: the worker has no handle_call for a request of this type
#include <poolder/poolder.hpp>
struct Ask {};
struct Worker {
#ifdef CONTROL
  int handle_call(Ask) { return 1; }
#endif
};
void use(poolder::Pool<Worker>& pool) { static_cast<void>(pool.send_request(Ask{})); }
