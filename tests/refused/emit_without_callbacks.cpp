// refused: poolder: a handler emits to a named callback, but the worker has no
#include <poolder/poolder.hpp>
struct Job {};
void hear(int) {}
struct Worker {
#ifdef CONTROL
  static constexpr auto callbacks = poolder::callbacks(poolder::callback<"done">(&hear));
#endif
  auto handle_job(Job) { return poolder::emit<"done">(1); }
};
void use(poolder::Pool<Worker>& pool) { pool.cast(Job{}); }
