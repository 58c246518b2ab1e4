#pragma once

#include <memory>

#include <poolder/runtime/detail/core.hpp>

namespace poolder {

namespace detail {
/// Makes an engine's second handle on a core, one that does not end it. For Ref alone.
struct Attach {};
}  // namespace detail

/// A hold on an engine that is safe to keep: once the engine has ended, what is asked of it
/// through this throws Error{stopped}. Empty where nothing was found. Copyable; any thread.
template <class Engine>
class Ref {
 public:
  Ref() noexcept = default;
  explicit Ref(std::shared_ptr<detail::EngineCore> core)
      : engine_(core ? std::make_shared<Engine>(detail::Attach{}, std::move(core)) : nullptr) {}

  explicit operator bool() const noexcept { return engine_ != nullptr; }
  Engine* operator->() const noexcept { return engine_.get(); }

 private:
  std::shared_ptr<Engine> engine_;
};

}  // namespace poolder
