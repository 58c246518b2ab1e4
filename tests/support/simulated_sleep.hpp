#pragma once

#include <poolder/runtime/runtime.hpp>

namespace poolder_tests {

/// Waits that long by the runtime's clock, inside a handler of whatever engine.
inline void sleep_in(const poolder::Runtime& runtime, poolder::Duration span) {
  poolder::detail::WaitPoint nobody_signals;
  poolder::detail::RuntimeCore& core = *runtime.core();
  (void)nobody_signals.wait_until(core, poolder::detail::after(core.now(), span));
}

}  // namespace poolder_tests
