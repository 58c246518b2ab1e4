// refused: this one has no start
#include <poolder/poolder.hpp>
struct Service {
#ifdef CONTROL
  explicit Service(int) {}
  void start() {}
  void stop() {}
  void on_failed(std::function<void(poolder::ExitReason)>) {}
#else
  explicit Service(int) {}
  void stop() {}
  void on_failed(std::function<void(poolder::ExitReason)>) {}
#endif
};
poolder::ChildSpec use() { return poolder::child<Service>(1); }
