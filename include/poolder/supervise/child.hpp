#pragma once

#include <memory>
#include <type_traits>
#include <utility>

#include <poolder/supervise/detail/child.hpp>
#include <poolder/supervise/options.hpp>

namespace poolder {

class Supervisor;

/// What a supervisor makes a child from. Copyable, and can be used again; any thread.
class ChildSpec {
 public:
  /// For child() and Supervisor.
  explicit ChildSpec(std::shared_ptr<const detail::Recipe> recipe) noexcept
      : recipe_(std::move(recipe)) {}
  const std::shared_ptr<const detail::Recipe>& recipe() const noexcept { return recipe_; }

 private:
  std::shared_ptr<const detail::Recipe> recipe_;
};

/// A child of a supervisor: `Engine{runtime, args...}`, where Engine is one of poolder's engines,
/// another Supervisor, or a class of yours. The arguments are kept, and handed over as const
/// lvalues; a view among them must stay good.
///
/// A class of yours is constructed from (Runtime&, args...), else from (args...), and has
///   void start();     begins its work, and returns; what it throws is a failed start
///   void stop();      ends it, and returns; called once after each start() that did not throw
///   void on_failed(std::function<void(poolder::ExitReason)> say);
/// on_failed is called once, before the first start(). The object keeps `say` and calls it when it
/// has ended by itself, from any thread, also inside start(): with ExitReason::normal where its
/// work is done, with another where it failed. `say` returns at once; calls while the object is
/// not running change nothing. A restart is stop() and then start() on the same object. All three
/// are called by scheduler threads, one at a time, and may take long, throw, and call the
/// supervisor. It may have a name(), as a string or view.
template <class Engine, class... Args>
ChildSpec child(ChildOptions options, Args... args) {
  return ChildSpec{
      std::make_shared<const detail::RecipeOf<Engine, Args...>>(options, std::move(args)...)};
}
template <class Engine, class... Args>
ChildSpec child(Args... args) {
  ChildOptions options;
  if constexpr (std::is_same_v<Engine, Supervisor>) options.shutdown = infinity;
  return child<Engine>(options, std::move(args)...);
}

}  // namespace poolder
