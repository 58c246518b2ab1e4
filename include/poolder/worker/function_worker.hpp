#pragma once

#include <concepts>
#include <functional>
#include <type_traits>

namespace poolder {

/// A ready-made worker: runs what it is sent. `Pool<FunctionWorker> pool{...}; pool.call(f);
/// pool.broadcast(f)`.
struct FunctionWorker {
  template <std::invocable F>
  void handle_job(const F& f) {
    std::invoke(f);
  }
  template <std::invocable F>
  auto handle_call(const F& f) -> std::invoke_result_t<const F&> {
    return std::invoke(f);
  }
};

}  // namespace poolder
