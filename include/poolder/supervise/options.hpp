#pragma once

#include <chrono>
#include <string_view>

#include <poolder/core/duration.hpp>

namespace poolder {

/// Who is restarted when a child has failed.
enum class Strategy {
  one_for_one,   ///< that child
  one_for_all,   ///< all children
  rest_for_one,  ///< that child and those that were started after it
};

/// When a child that has ended is started again.
enum class Restart {
  permanent,  ///< always
  transient,  ///< where it ended abnormally: ExitReason::failed or killed
  temporary,  ///< never: it is forgotten
};

/// OTP's supervisor flags. More than `max_restarts` within `period`, and the supervisor gives up.
struct SupervisorOptions {
  std::string_view name{};  ///< unique among the supervisors of a runtime; empty: none
  Strategy strategy = Strategy::one_for_one;
  int max_restarts = 3;
  Duration period = std::chrono::seconds{5};
};

struct ChildOptions {
  Restart restart = Restart::permanent;
  /// How long the supervisor waits for the child's stop(); what takes longer is left behind.
  /// `infinity` for a supervisor that is given no ChildOptions: its children have times of their
  /// own.
  Duration shutdown = std::chrono::seconds{5};
  /// What terminate_child() and get() find it by; copied. Empty: the engine's name, or what the
  /// name() of a class of yours says.
  std::string_view name{};
};

namespace detail {

/// Throw Error{invalid_argument} naming field, rule and value.
void check(const SupervisorOptions& options);
void check(const ChildOptions& options);

}  // namespace detail
}  // namespace poolder
