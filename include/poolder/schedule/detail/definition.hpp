#pragma once

#include <array>
#include <concepts>
#include <cstddef>
#include <string_view>
#include <type_traits>
#include <vector>

#include <poolder/schedule/detail/scheduler_handle.hpp>
#include <poolder/worker/detail/worker_type.hpp>

namespace poolder::detail {

template <class D>
concept AnswersJobErrors = requires(D& definition, std::string_view job, const Failure& failure) {
  { definition.handle_error(job, failure) } -> std::same_as<Recovery>;
};
template <class D>
concept MisnamesJobErrorHook =
    std::is_class_v<D> && !std::is_final_v<D> && !OnlyOneErrorHook<D> && !AnswersJobErrors<D>;

/// A job that breaks a rule.
enum class JobRule { none, name, duplicate, interval };

template <class Jobs>
constexpr JobRule broken_job_rule(const Jobs& jobs) {
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    if (jobs[i].name.empty()) return JobRule::name;
    if (!jobs[i].when.cron() && jobs[i].when.interval() <= Duration{0}) return JobRule::interval;
    for (std::size_t other = 0; other < i; ++other)
      if (jobs[other].name == jobs[i].name) return JobRule::duplicate;
  }
  return JobRule::none;
}

template <class D, class T>
inline constexpr bool is_job_list = false;
template <class D, std::size_t N>
inline constexpr bool is_job_list<D, std::array<JobSpec<D>, N>> = true;

template <class D>
constexpr void check_jobs_class() {
  static_assert(std::is_object_v<D> && !std::is_const_v<D>,
                "poolder: a scheduler's definition is a class, not a reference and not const");
  static_assert(!MisnamesJobErrorHook<D>,
                "poolder: handle_error must be `poolder::Recovery handle_error(std::string_view "
                "job, const poolder::Failure&)`");
  static_assert(!MisnamesHibernateHook<D>,
                "poolder: handle_hibernate must be `void handle_hibernate()`");
}

/// The definition's jobs, checked while compiling; none where it has no list.
template <class D>
std::vector<DefinedJob> defined_jobs() {
  if constexpr (requires { D::jobs; }) {
    static_assert(is_job_list<D, std::remove_cv_t<decltype(D::jobs)>>,
                  "poolder: a definition's `jobs` must be `static constexpr auto jobs = "
                  "poolder::jobs(poolder::job<&D::f>(\"name\", when), ...)`, of its own members");
    constexpr JobRule broken = broken_job_rule(D::jobs);
    static_assert(broken != JobRule::name, "poolder: a job's name must not be empty");
    static_assert(broken != JobRule::duplicate,
                  "poolder: two jobs of one definition have the same name");
    static_assert(broken != JobRule::interval, "poolder: a job's interval must be above 0");
    return {D::jobs.begin(), D::jobs.end()};
  } else {
    return {};
  }
}

template <class D>
constexpr SchedulerHooks scheduler_hooks() {
  SchedulerHooks hooks;
  if constexpr (AnswersJobErrors<D>)
    hooks.handle_error = [](void* definition, std::string_view job, const Failure& failure) {
      return static_cast<D*>(definition)->handle_error(job, failure);
    };
  if constexpr (Hibernates<D>) hooks.handle_hibernate = &call_handle_hibernate<D>;
  return hooks;
}

template <class F>
concept PlainJobFunction =
    std::invocable<F&> && std::same_as<std::invoke_result_t<F&>, ScheduleNext>;
template <class F>
concept ContextJobFunction = std::invocable<F&, Context&> &&
    (std::same_as<std::invoke_result_t<F&, Context&>, ScheduleNext> ||
     std::is_void_v<std::invoke_result_t<F&, Context&>>);

/// A function that says more, or asks for more, than a std::function<void()> can.
template <class F>
concept NextJobFunction = PlainJobFunction<F> || ContextJobFunction<F>;

/// Function pointers, and those that can be empty as std::function can.
template <class F>
concept NullableFunction = std::is_pointer_v<F> ||
    (std::is_class_v<F>&& std::is_assignable_v<F&, std::nullptr_t>&& requires(const F& function) {
      { function == nullptr } -> std::convertible_to<bool>;
    });

/// Empty where `function` is.
template <NextJobFunction F>
JobFunction job_function(F function) {
  if constexpr (NullableFunction<F>)
    if (function == nullptr) return {};
  return [function = std::move(function)](Context& context) mutable -> ScheduleNext {
    if constexpr (ContextJobFunction<F>) {
      return run_for_next(function, context);
    } else {
      return run_for_next(function);
    }
  };
}

}  // namespace poolder::detail
