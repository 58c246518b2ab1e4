#pragma once

#include <concepts>
#include <cstddef>
#include <cstdint>
#include <new>
#include <string_view>
#include <tuple>
#include <type_traits>
#include <utility>

#include <poolder/core/type_name.hpp>
#include <poolder/runtime/detail/message.hpp>
#include <poolder/worker/context.hpp>
#include <poolder/worker/options.hpp>
#include <poolder/worker/outcome.hpp>
#include <poolder/worker/retry.hpp>

namespace poolder::detail {

/// What an engine must know of a message for a worker, one static table for each type.
struct WorkerMessageType : MessageType {
  /// Runs the worker's handler. Throws what that throws.
  void (*run)(void* worker, Message& message, Context& context, Next& next);
  /// The reply that the message awaits. Null: a job.
  class ReplyBase* (*reply)(Message& message) noexcept;
  /// The key that Routing::hash goes by; null where the type has none.
  std::uint64_t (*key)(const Message& message);
  /// Another of the same, for broadcast; null where it cannot be copied.
  Message* (*copy)(const Message& message) = nullptr;
};

/// What an engine must know of a worker class, one static table for each.
struct WorkerType {
  std::string_view name;
  std::size_t size, alignment;
  WorkerOptions options;
  void (*destroy)(void* worker) noexcept;
  Recovery (*handle_error)(void* worker,
                           const Failure& failure);  ///< null: the retry policy decides
  void (*handle_hibernate)(void* worker);            ///< null: does not hibernate
};

/// Constructs workers from the arguments that their engine was given.
class WorkerFactory {
 public:
  virtual ~WorkerFactory() = default;
  virtual void construct(void* memory) const = 0;
};

template <class W, class... Args>
class WorkerFactoryOf final : public WorkerFactory {
 public:
  explicit WorkerFactoryOf(Args... arguments) : arguments_(std::move(arguments)...) {}

  void construct(void* memory) const override {
    std::apply(
        [memory](const Args&... each) {
          if constexpr (std::is_constructible_v<W, const Args&...>) {
            ::new (memory) W(each...);
          } else {
            ::new (memory) W{each...};
          }
        },
        arguments_);
  }

 private:
  std::tuple<Args...> arguments_;
};

// Whether W has a member of that name at all, whatever its signature: naming it through a class
// that has one itself is ambiguous then. (The idiom is known as "member detector", More C++
// Idioms.)
struct NamesErrorHook {
  int handle_error;
};
struct NamesHibernateHook {
  int handle_hibernate;
};
template <class W, class Named>
struct Both : W, Named {};
template <class W>
concept OnlyOneErrorHook = requires {
  &Both<W, NamesErrorHook>::handle_error;
};
template <class W>
concept OnlyOneHibernateHook = requires {
  &Both<W, NamesHibernateHook>::handle_hibernate;
};

template <class W>
concept AnswersErrors = requires(W& worker, const Failure& failure) {
  { worker.handle_error(failure) } -> std::same_as<Recovery>;
};
template <class W>
concept Hibernates = requires(W& worker) {
  { worker.handle_hibernate() } -> std::same_as<void>;
};
template <class W>
concept MisnamesErrorHook =
    std::is_class_v<W> && !std::is_final_v<W> && !OnlyOneErrorHook<W> && !AnswersErrors<W>;
template <class W>
concept MisnamesHibernateHook =
    std::is_class_v<W> && !std::is_final_v<W> && !OnlyOneHibernateHook<W> && !Hibernates<W>;

template <class W>
constexpr WorkerOptions worker_options() {
  if constexpr (requires { W::options; }) {
    static_assert(std::is_same_v<std::remove_cv_t<decltype(W::options)>, WorkerOptions>,
                  "poolder: a worker's `options` must be `static constexpr poolder::WorkerOptions "
                  "options{...}`");
    return W::options;
  } else {
    return {};
  }
}

template <class W>
constexpr void check_worker() {
  constexpr WorkerOptions options = worker_options<W>();
  static_assert(std::is_object_v<W> && !std::is_const_v<W>,
                "poolder: a worker is a class, not a reference and not const");
  static_assert(
      !MisnamesErrorHook<W>,
      "poolder: handle_error must be `poolder::Recovery handle_error(const poolder::Failure&)`");
  static_assert(!MisnamesHibernateHook<W>,
                "poolder: handle_hibernate must be `void handle_hibernate()`");
  static_assert(
      options.retry.max_attempts >= 1,
      "poolder: WorkerOptions.retry.max_attempts must be at least 1: it counts the first attempt");
  static_assert(options.retry.backoff >= Duration{0} && options.retry.max_backoff >= Duration{0},
                "poolder: WorkerOptions.retry.backoff and max_backoff must not be negative");
  static_assert(options.retry.factor >= 1.0,
                "poolder: WorkerOptions.retry.factor must be at least 1");
  static_assert(options.retry.jitter >= 0.0 && options.retry.jitter <= 1.0,
                "poolder: WorkerOptions.retry.jitter must be between 0 and 1");
  static_assert(options.hibernate_after > Duration{0},
                "poolder: WorkerOptions.hibernate_after must be above 0");
  static_assert(options.hibernate_after == infinity || Hibernates<W>,
                "poolder: WorkerOptions.hibernate_after is set, but the worker has no `void "
                "handle_hibernate()`");
}

template <class W>
Recovery call_handle_error(void* worker, const Failure& failure) {
  return static_cast<W*>(worker)->handle_error(failure);
}
template <class W>
void call_handle_hibernate(void* worker) {
  static_cast<W*>(worker)->handle_hibernate();
}

template <class W>
constexpr WorkerType make_worker_type() {
  WorkerType type{type_name<W>(),
                  sizeof(W),
                  alignof(W),
                  worker_options<W>(),
                  [](void* worker) noexcept { static_cast<W*>(worker)->~W(); },
                  nullptr,
                  nullptr};
  if constexpr (AnswersErrors<W>) type.handle_error = &call_handle_error<W>;
  if constexpr (Hibernates<W>) type.handle_hibernate = &call_handle_hibernate<W>;
  return type;
}

template <class W>
inline constexpr WorkerType worker_type = (check_worker<W>(), make_worker_type<W>());

}  // namespace poolder::detail
