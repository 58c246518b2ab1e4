// refused: poolder: the worker has no handle_job for a message of this type
#include <poolder/poolder.hpp>
struct Job {};
struct Worker {
#ifdef CONTROL
  void handle_job(Job) {}
#endif
};
void use(poolder::FactoryPool& factory, const poolder::WorkerRef<Worker>& worker) {
  factory.cast(worker, Job{});
  factory.cast("group", worker, Job{});
}
