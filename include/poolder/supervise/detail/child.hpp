#pragma once

#include <concepts>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <typeinfo>
#include <utility>

#include <poolder/core/type_name.hpp>
#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/exit_reason.hpp>
#include <poolder/runtime/runtime.hpp>
#include <poolder/supervise/options.hpp>

namespace poolder::detail {

/// How a child says that it has ended. From any thread; it does not wait.
using SayEnded = std::function<void(ExitReason)>;

/// A handle on one of poolder's engines: it shows its core, which can be started afresh in place.
template <class E>
concept SupervisedEngine = requires(const E& engine) {
  { engine.core() } -> std::convertible_to<std::shared_ptr<EngineCore>>;
};

template <class C>
concept CanStart = requires(C& object) {
  object.start();
};
template <class C>
concept CanStop = requires(C& object) {
  object.stop();
};
template <class C>
concept CanSayFailed = requires(C& object, SayEnded say) {
  object.on_failed(std::move(say));
};
template <class C>
concept Named = requires(const C& object) {
  { object.name() } -> std::convertible_to<std::string_view>;
};

/// A child as its supervisor sees it: constructed once, started and stopped in turn.
/// Thread safety: one function at a time, but stop_now and runs_here at any moment.
class Child {
 public:
  virtual ~Child() = default;

  /// The first start, right after construction.
  virtual void begin(SayEnded say) = 0;
  /// A start after a stop(). What throws leaves it stopped.
  virtual void start_again() = 0;
  virtual void stop() = 0;
  /// Makes a stop() that is under way, or to come, return soon. False: it cannot.
  virtual bool stop_now() = 0;
  virtual bool runs_here() const noexcept = 0;
  virtual std::string name() const = 0;
  virtual void* object() noexcept = 0;
};

template <class E>
class EngineChild final : public Child {
 public:
  template <class... Args>
  explicit EngineChild(Runtime& runtime, const Args&... args)
      : engine_(runtime, args...), core_(engine_.core()) {}

  void begin(SayEnded say) override {
    core_->on_ended([say = std::move(say)](const ExitReason& reason) { say(reason); });
  }
  void start_again() override { core_->restart(); }
  void stop() override { core_->stop(); }
  bool stop_now() override { return core_->stop_now(), true; }
  bool runs_here() const noexcept override { return core_->runs_here(); }
  std::string name() const override { return std::string(core_->name()); }
  void* object() noexcept override { return &engine_; }

 private:
  E engine_;
  const std::shared_ptr<EngineCore> core_;
};

template <class C>
class ObjectChild final : public Child {
 public:
  template <class... Args>
  requires std::is_constructible_v<C, Runtime&, const Args&...>
  explicit ObjectChild(Runtime& runtime, const Args&... args) : object_(runtime, args...) {}
  template <class... Args>
  requires(!std::is_constructible_v<C, Runtime&, const Args&...>) explicit ObjectChild(
      Runtime&, const Args&... args)
      : object_(args...) {}
  /// A runtime that has ended runs no stop(); the object is still told.
  ~ObjectChild() override {
    try {
      stop();
    } catch (...) {
      // Nobody is left to hear of it.
    }
  }

  void begin(SayEnded say) override {
    object_.on_failed(std::move(say));
    start_again();
  }
  void start_again() override {
    object_.start();
    started_ = true;
  }
  void stop() override {
    if (std::exchange(started_, false)) object_.stop();
  }
  bool stop_now() override { return false; }
  bool runs_here() const noexcept override { return false; }
  std::string name() const override {
    if constexpr (Named<C>) {
      return std::string(std::string_view(object_.name()));
    } else {
      return {};
    }
  }
  void* object() noexcept override { return &object_; }

 private:
  C object_;
  bool started_ = false;
};

/// What a child is made from, over and over.
class Recipe {
 public:
  Recipe(ChildOptions given, const std::type_info& kind, std::string_view kind_name)
      : options(given), name(given.name), type(kind), type_name(kind_name) {
    check(options);
    options.name = {};
  }
  virtual ~Recipe() = default;
  virtual std::unique_ptr<Child> construct(Runtime& runtime) const = 0;

  ChildOptions options;  // its name is below
  const std::string name;
  const std::type_info& type;
  const std::string_view type_name;
};

template <class E, class... Args>
class RecipeOf final : public Recipe {
  static_assert(SupervisedEngine<E> || CanStart<E>,
                "poolder: a child is one of poolder's engines or a class with start(), stop() and "
                "on_failed(std::function<void(poolder::ExitReason)>); this one has no start()");
  static_assert(SupervisedEngine<E> || CanStop<E>,
                "poolder: a child is one of poolder's engines or a class with start(), stop() and "
                "on_failed(std::function<void(poolder::ExitReason)>); this one has no stop()");
  static_assert(SupervisedEngine<E> || CanSayFailed<E>,
                "poolder: a child is one of poolder's engines or a class with start(), stop() and "
                "on_failed(std::function<void(poolder::ExitReason)>); this one has no on_failed()");
  static_assert((std::is_copy_constructible_v<Args> && ...),
                "poolder: what a child is constructed from is kept, so it must be copyable");
  static_assert(std::is_constructible_v<E, Runtime&, const Args&...> ||
                    std::is_constructible_v<E, const Args&...>,
                "poolder: a child's class must be constructible from (Runtime&, args...) or "
                "(args...), with what was given to poolder::child");

 public:
  explicit RecipeOf(ChildOptions given, Args... args)
      : Recipe(given, typeid(E), detail::type_name<E>()), args_(std::move(args)...) {}

  std::unique_ptr<Child> construct(Runtime& runtime) const override {
    using Made = std::conditional_t<SupervisedEngine<E>, EngineChild<E>, ObjectChild<E>>;
    return std::apply([&](const Args&... args) { return std::make_unique<Made>(runtime, args...); },
                      args_);
  }

 private:
  const std::tuple<Args...> args_;
};

}  // namespace poolder::detail
