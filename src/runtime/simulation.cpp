#include <poolder/runtime/simulation.hpp>

#include "runtime/simulated_core.hpp"

namespace poolder {

SimulatedRuntime::SimulatedRuntime(std::uint64_t seed)
    : Runtime(std::make_shared<detail::SimulatedCore>(seed)) {}

void SimulatedRuntime::advance(Duration span) {
  static_cast<detail::SimulatedCore&>(*core()).advance(span);
}

void SimulatedRuntime::run_until_idle() {
  static_cast<detail::SimulatedCore&>(*core()).run_until_idle();
}

void SimulatedRuntime::suspend(Duration span) {
  static_cast<detail::SimulatedCore&>(*core()).suspend(span);
}

void SimulatedRuntime::set_system_clock(std::chrono::system_clock::time_point time) {
  static_cast<detail::SimulatedCore&>(*core()).set_system_clock(
      Duration{time.time_since_epoch()}.count());
}

}  // namespace poolder
