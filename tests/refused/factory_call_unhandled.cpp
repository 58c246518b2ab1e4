// refused: poolder: the worker has no handle_call for a request of this type
#include <poolder/poolder.hpp>
struct Ask {};
struct Worker {
#ifdef CONTROL
  int handle_call(Ask) { return 1; }
#endif
};
int use(poolder::FactoryPool& factory, const poolder::WorkerRef<Worker>& worker) {
  return factory.call(worker, Ask{}) + factory.call("group", worker, Ask{});
}
