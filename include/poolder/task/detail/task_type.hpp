#pragma once

#include <exception>
#include <functional>
#include <optional>
#include <type_traits>
#include <utility>

#include <poolder/core/result.hpp>
#include <poolder/core/type_name.hpp>
#include <poolder/runtime/detail/message.hpp>
#include <poolder/runtime/detail/reply.hpp>

namespace poolder::detail {

/// What a queued task can do. Destroying its message answers its future, if it has one.
struct TaskType : MessageType {
  /// Runs it. What it threw, where its caller is told so; null: nothing. Throws what a task throws
  /// that nobody waits for.
  std::exception_ptr (*run)(Message&);
  /// Where the answer goes; null: there is no future.
  ReplyBase& (*reply)(Message&) noexcept;
  /// For callback(), else null: puts the error in the result's place, and hands the result over.
  void (*fail)(Message&, std::exception_ptr) noexcept;
  void (*deliver)(Message&);
};

template <class F>
using Returned = std::invoke_result_t<F>;

/// Calls a task that lies in its message. It is called once, so what can only be called as an
/// rvalue is.
template <class F>
decltype(auto) invoke_task(F& task) {
  if constexpr (std::is_invocable_v<F&>) {
    return std::invoke(task);
  } else {
    return std::invoke(std::move(task));
  }
}

template <class F>
Result<Returned<F>> result_of(F& task) {
  try {
    if constexpr (std::is_void_v<Returned<F>>) {
      invoke_task(task);
      return {};
    } else {
      return Result<Returned<F>>{invoke_task(task)};
    }
  } catch (...) {
    return Result<Returned<F>>{std::current_exception()};
  }
}

// ---------------------------------------------------------------- execute

template <class F>
std::exception_ptr run_plain(Message& message) {
  invoke_task(Payload<F>::get(message));
  return nullptr;
}
template <class F>
inline constexpr TaskType plain_type{
    {type_name<F>(), &Payload<F>::destroy}, &run_plain<F>, nullptr, nullptr, nullptr};

// ---------------------------------------------------------------- submit

/// The task goes first, then the answer: whoever gets it finds nothing left of the task.
template <class F>
struct Submitted {
  Answer<Returned<F>> answer;
  F task;
};

template <class F>
std::exception_ptr run_submitted(Message& message) {
  auto& submitted = Payload<Submitted<F>>::get(message);
  try {
    submitted.answer->answer_with([&]() -> Returned<F> { return invoke_task(submitted.task); });
    return nullptr;
  } catch (...) {
    submitted.answer->fail(std::current_exception());
    return std::current_exception();
  }
}
template <class F>
inline constexpr TaskType submitted_type{{type_name<F>(), &Payload<Submitted<F>>::destroy},
                                         &run_submitted<F>,
                                         [](Message& message) noexcept -> ReplyBase& {
                                           return *Payload<Submitted<F>>::get(message).answer;
                                         },
                                         nullptr,
                                         nullptr};

// ---------------------------------------------------------------- callback

template <class F, class Then>
struct CalledBack {
  F task;
  Then then;
  std::optional<Result<Returned<F>>> result;

  // A result whose move throws is an error, too.
  void run() noexcept {
    try {
      result.emplace(result_of(task));
    } catch (...) {
      result.emplace(std::current_exception());
    }
  }
};

template <class F, class Then>
constexpr TaskType make_called_back_type() {
  using Payload = detail::Payload<CalledBack<F, Then>>;
  return {{type_name<F>(), &Payload::destroy},
          [](Message& message) {
            auto& called = Payload::get(message);
            called.run();
            return called.result->error();
          },
          nullptr,
          [](Message& message, std::exception_ptr error) noexcept {
            Payload::get(message).result.emplace(std::move(error));
          },
          [](Message& message) {
            auto& called = Payload::get(message);
            std::invoke(called.then, std::move(*called.result));
          }};
}
template <class F, class Then>
inline constexpr TaskType called_back_type = make_called_back_type<F, Then>();

}  // namespace poolder::detail
