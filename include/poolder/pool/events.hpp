#pragma once

#include <concepts>
#include <functional>
#include <string_view>
#include <type_traits>

#include <poolder/runtime/exit_reason.hpp>
#include <poolder/runtime/pid.hpp>

namespace poolder {

/// Who listens to a pool's workers; an empty function is skipped. Given to Pool::on, or by a
/// definition's `static poolder::PoolEvents events()`, whose listeners are there before the first
/// worker is.
///
/// Each runs on the thread that caused the event, and that goes on when it has returned: a worker's
/// death and its successor's creation are told before the slot's next message is handled. The
/// functions of one PoolEvents never run at the same time; what one of them causes itself is told
/// as soon as it has returned. One that throws disturbs nobody.
struct PoolEvents {
  /// A worker is about to be constructed.
  std::function<void(std::string_view pool)> init_start{};
  /// It has been constructed.
  std::function<void(std::string_view pool, Pid)> worker_created{};
  /// It has ended, in whatever way: once for each that was created, and for each whose constructor
  /// threw, which is `failed`.
  std::function<void(std::string_view pool, Pid, const ExitReason&)> worker_died{};
};

namespace detail {

struct NamesEvents {
  int events;
};
template <class D>
struct DefinitionOrEvents : D, NamesEvents {};
template <class D>
concept HasNoEvents = requires {
  &DefinitionOrEvents<D>::events;
};
template <class D>
concept HasPoolEvents = requires {
  { D::events() } -> std::same_as<PoolEvents>;
};
// A worker class that is its own definition may call its members as it likes.
template <class D>
concept MisnamesEvents = requires {
  typename D::Worker;
}
&&!std::same_as<typename D::Worker, D> && std::is_class_v<D> && !std::is_final_v<D> &&
    !HasNoEvents<D> && !HasPoolEvents<D>;

/// The definition's listeners; null: it has none.
template <class D>
constexpr auto events_function() -> PoolEvents (*)() {
  static_assert(!MisnamesEvents<D>,
                "poolder: a definition's events must be `static poolder::PoolEvents events()`");
  if constexpr (HasPoolEvents<D>) {
    return [] { return D::events(); };
  } else {
    return nullptr;
  }
}

}  // namespace detail
}  // namespace poolder
