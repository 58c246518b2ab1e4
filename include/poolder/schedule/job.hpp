#pragma once

#include <array>
#include <concepts>
#include <functional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <poolder/schedule/schedule_next.hpp>
#include <poolder/schedule/when.hpp>
#include <poolder/worker/context.hpp>

namespace poolder {

namespace detail {

/// A job of a definition, but for the definition's type.
struct DefinedJob {
  std::string_view name;
  When when;
  ScheduleNext (*run)(void* definition, Context& context);
};

template <class Function>
struct DefinitionOf {
  using type = void;
};
template <class D, class Signature>
struct DefinitionOf<Signature D::*> {
  using type = D;
};

/// Calls f(arguments...), which returns void or ScheduleNext.
template <class F, class... A>
ScheduleNext run_for_next(F&& f, A&&... arguments) {
  using Returned = std::invoke_result_t<F, A...>;
  static_assert(std::is_void_v<Returned> || std::is_same_v<Returned, ScheduleNext>,
                "poolder: a scheduler's job must return void or poolder::ScheduleNext");
  if constexpr (std::is_same_v<Returned, ScheduleNext>) {
    return std::invoke(std::forward<F>(f), std::forward<A>(arguments)...);
  } else {
    std::invoke(std::forward<F>(f), std::forward<A>(arguments)...);
    return {};
  }
}

template <auto F>
ScheduleNext run_member(void* definition, Context& context) {
  using D = typename DefinitionOf<decltype(F)>::type;
  constexpr bool plain = std::invocable<decltype(F), D&>;
  constexpr bool with_context = std::invocable<decltype(F), D&, Context&>;
  static_assert(plain || with_context,
                "poolder: a scheduler's job takes nothing, or a poolder::Context&");
  D& self = *static_cast<D*>(definition);
  if constexpr (with_context) {
    return run_for_next(F, self, context);
  } else if constexpr (plain) {
    return run_for_next(F, self);
  }
}

}  // namespace detail

/// One of D's jobs: a name, a time and a member function.
template <class D>
struct JobSpec : detail::DefinedJob {};

/// `poolder::job<&MyJobs::prune>("prune", "*/15 * * * *")`: the member function runs at these
/// times. It takes nothing or a Context&, and returns void or ScheduleNext. A cron literal is
/// checked while compiling. The name must outlive the scheduler, as literals do.
template <auto F>
constexpr auto job(std::string_view name, When when) {
  using D = typename detail::DefinitionOf<decltype(F)>::type;
  static_assert(!std::is_void_v<D>, "poolder: job<&D::f> names a member function of a definition");
  return JobSpec<D>{{name, when, &detail::run_member<F>}};
}
/// A job that waits until schedule(), run_now() or another job's ScheduleNext asks for it.
template <auto F>
constexpr auto job(std::string_view name) {
  return job<F>(name, When{});
}

/// A definition's list: `static constexpr auto jobs = poolder::jobs(poolder::job<...>(...), ...);`
template <class... J>
constexpr auto jobs(J... each) {
  return std::array{each...};
}

}  // namespace poolder
