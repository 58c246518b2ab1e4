// refused: poolder: a worker's `Messages` names a type that it has no handle_job for
#include <poolder/poolder.hpp>
struct Job {};
struct Other {};
struct Worker {
  using Messages = poolder::Messages<Job, Other>;
  void handle_job(Job) {}
#ifdef CONTROL
  void handle_job(Other) {}
#endif
};
void use(poolder::FactoryPool& factory) { factory.start_child<Worker>("group"); }
