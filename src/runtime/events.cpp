#include "runtime/events.hpp"

#include "runtime/telling.hpp"

namespace poolder::detail {

Subscription Events::add(std::function<void(const Event&)> callback) const {
  return listeners_.add(core_, std::move(callback));
}

void Events::tell_all(const EngineCore& engine, Event event) const {
  const Telling telling{engine};
  event.engine = engine.kind();
  event.name = engine.name();
  listeners_.tell(core_, [told = std::make_shared<const Event>(std::move(event))](
                             const Callback& callback) { callback(*told); });
}

}  // namespace poolder::detail
