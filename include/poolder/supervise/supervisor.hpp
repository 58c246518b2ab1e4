#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string_view>
#include <typeinfo>
#include <utility>
#include <vector>

#include <poolder/core/type_name.hpp>
#include <poolder/runtime/runtime.hpp>
#include <poolder/supervise/child.hpp>
#include <poolder/supervise/options.hpp>

namespace poolder {

namespace detail {
class SupervisorCore;

template <class... Specs>
std::vector<ChildSpec> listed(Specs... specs) {
  static_assert((std::same_as<Specs, ChildSpec> && ...),
                "poolder: a supervisor's children are given as poolder::child<Engine>(args...)");
  std::vector<ChildSpec> list;
  if constexpr ((std::same_as<Specs, ChildSpec> && ...)) (list.push_back(std::move(specs)), ...);
  return list;
}
}  // namespace detail

/// OTP's supervisor: starts children in order, restarts those that fail, stops them in reverse.
///
/// A child that ended is started again by its ChildOptions::restart and the strategy, in place: a
/// reference from get() is good for as long as the supervisor lives, and while the child is down
/// what is asked of it throws Error{stopped}. A start that throws is one more failure, and tried
/// again at once. With more restarts than max_restarts within period the supervisor gives up: it
/// stops its children, and ends with ExitReason::failed, which its own supervisor is told.
///
/// Everything may be called from any thread and at any moment: by the handlers of its children,
/// and by start() and stop() of classes of yours, for which the supervisor never waits to wait for
/// itself.
class Supervisor {
 public:
  /// Constructs and starts the children on the calling thread. If one throws, those started are
  /// stopped in reverse, and its exception goes on to the caller. Throws Error{already_exists}
  /// where a name is taken, Error{invalid_argument} for options that break a rule, Error{stopped}
  /// where the runtime has ended.
  template <class... Specs>
  Supervisor(Runtime& runtime, SupervisorOptions options, Specs... children)
      : Supervisor(runtime, options, detail::listed(std::move(children)...)) {}
  Supervisor(Runtime& runtime, SupervisorOptions options, std::vector<ChildSpec> children);
  /// stop(), then destroys the children in reverse; inside one of their handlers both come later.
  ~Supervisor();
  Supervisor(const Supervisor&) = delete;
  Supervisor& operator=(const Supervisor&) = delete;

  /// The only child of that type. Throws Error{not_found} where there is none,
  /// Error{invalid_argument} where there are more.
  template <class Engine>
  Engine& get() {
    return *static_cast<Engine*>(find(typeid(Engine), detail::type_name<Engine>(), nullptr));
  }
  /// The child of that type and name. Throws Error{not_found}, also for an empty name.
  template <class Engine>
  Engine& get(std::string_view name) {
    return *static_cast<Engine*>(find(typeid(Engine), detail::type_name<Engine>(), &name));
  }

  /// One more child, after the others. Returns once it has started; throws what its start throws,
  /// and forgets it then. A child that was added is forgotten when the supervisor itself is
  /// restarted. Throws Error{already_exists} where a child of that type has its name,
  /// Error{stopped} where the supervisor stops, Error{would_deadlock} inside a child that is being
  /// started or stopped.
  void start_child(ChildSpec child);
  /// Stops a child, waiting up to ChildOptions::shutdown, and forgets it. Throws
  /// Error{not_found}, also for an empty name, Error{invalid_argument} where more than one child
  /// has that name, Error{stopped} where the supervisor stops, Error{would_deadlock} inside a
  /// handler of another child that is being stopped. Inside one of the child's own handlers, and
  /// inside start() and stop() of any child, it neither waits nor throws: the child ends later, and
  /// a name that nobody has changes nothing.
  void terminate_child(std::string_view name);
  /// How many children are running, or on their way.
  std::size_t count() const;
  /// False once it has given up or was stopped; true again when its supervisor has restarted it.
  bool running() const;
  /// Stops the children in reverse, each for up to its ChildOptions::shutdown, then ends. May be
  /// called again, by any thread; each call returns when the supervisor has stopped, but at once
  /// inside a handler of a child.
  void stop();

  /// For poolder's engines.
  std::shared_ptr<detail::EngineCore> core() const;
  /// For Ref.
  Supervisor(detail::Attach, std::shared_ptr<detail::EngineCore> core) noexcept;

 private:
  void* find(const std::type_info& type, std::string_view type_name, const std::string_view* name);

  std::shared_ptr<detail::SupervisorCore> core_;
  bool owner_ = true;
};

}  // namespace poolder
