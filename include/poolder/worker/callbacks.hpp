#pragma once

#include <cstddef>
#include <functional>
#include <tuple>
#include <type_traits>
#include <utility>

#include <poolder/core/fixed_string.hpp>

namespace poolder {

/// Named callbacks, bound at compile time:
///   static constexpr auto callbacks = poolder::callbacks(poolder::callback<"event">(&notify));
///   auto handle_job(Done d) { return poolder::emit<"event">(d.id); }
/// The callback runs right after the handler, as part of the job: what it throws fails the attempt.
template <FixedString Name, class F>
struct NamedCallback {
  F function;
};

template <FixedString Name, class F>
constexpr NamedCallback<Name, F> callback(F function) {
  return {function};
}

template <class... C>
constexpr std::tuple<C...> callbacks(C... each) {
  return {each...};
}

/// What emit returns, for a handler to return.
template <FixedString Name, class... A>
struct [[nodiscard]] Emit {
  std::tuple<A...> arguments;
};

template <FixedString Name, class... A>
Emit<Name, std::decay_t<A>...> emit(A&&... arguments) {
  return {std::tuple<std::decay_t<A>...>(std::forward<A>(arguments)...)};
}

namespace detail {

template <FixedString Name, class Callback>
inline constexpr bool is_named = false;
template <FixedString Name, FixedString Other, class F>
inline constexpr bool is_named<Name, NamedCallback<Other, F>> = Name == Other;

/// The place of the callback called Name in a worker's list; the list's length where it has none.
template <FixedString Name, class... C>
constexpr std::size_t place_of(const std::tuple<C...>*) {
  std::size_t place = 0;
  (void)((is_named<Name, C> ? true : (++place, false)) || ...);
  return place;
}

template <class Worker>
concept HasCallbacks = requires {
  Worker::callbacks;
};

/// Calls the worker's callback that the handler named.
template <class Worker, FixedString Name, class... A>
void call_back(Emit<Name, A...>&& emitted) {
  static_assert(HasCallbacks<Worker>,
                "poolder: a handler emits to a named callback, but the worker has no `static "
                "constexpr auto callbacks`");
  if constexpr (HasCallbacks<Worker>) {
    using List = std::remove_cv_t<decltype(Worker::callbacks)>;
    constexpr std::size_t place = place_of<Name>(static_cast<const List*>(nullptr));
    static_assert(
        place < std::tuple_size_v<List>,
        "poolder: the worker's `callbacks` has no callback of the name that a handler emits to");
    if constexpr (place < std::tuple_size_v<List>)
      std::apply(std::get<place>(Worker::callbacks).function, std::move(emitted.arguments));
  }
}

}  // namespace detail
}  // namespace poolder
