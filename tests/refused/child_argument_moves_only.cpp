// refused: poolder: what a child is constructed from is kept, so it must be copyable
#include <poolder/poolder.hpp>
struct Service {
  explicit Service(std::shared_ptr<int>) {}
  void start() {}
  void stop() {}
  void on_failed(std::function<void(poolder::ExitReason)>) {}
};
poolder::ChildSpec use() {
#ifdef CONTROL
  return poolder::child<Service>(std::make_shared<int>(1));
#else
  return poolder::child<Service>(std::make_unique<int>(1));
#endif
}
