#pragma once

#include <exception>
#include <stdexcept>
#include <string>
#include <string_view>

namespace poolder {

/// Why poolder refused or gave up something.
enum class ErrorCode {
  timeout,           ///< the deadline of a call, an acquire or an await has passed
  no_worker,         ///< every worker is busy and the route does not wait, or the pool has none
  worker_down,       ///< the worker failed or was killed while it held the request
  queue_full,        ///< a bounded queue refused the message (OnFull::reject)
  stopped,           ///< the pool, the runtime or the engine no longer takes work
  cancelled,         ///< the request was cancelled before it ran
  not_found,         ///< no such worker, group, name or job
  already_exists,    ///< a unique name is taken
  invalid_argument,  ///< an option, an expression or an index is not acceptable
  would_deadlock,  ///< the wait could never end: a worker that waits for itself, straight or round
                   ///< a ring
};

/// The code's name as it is written in C++, e.g. "queue_full".
std::string_view to_string(ErrorCode code) noexcept;

/// Every failure that poolder reports itself. An exception thrown by a handler of the
/// user's reaches the caller of call() or get() as it was thrown.
class Error : public std::runtime_error {
 public:
  Error(ErrorCode code, const std::string& what);

  ErrorCode code() const noexcept { return code_; }

 private:
  ErrorCode code_;
};

namespace detail {

/// Throws Error{code} with "poolder: " and the code's name before `what`.
[[noreturn]] void fail(ErrorCode code, std::string_view what);

/// What fail() would throw, held for later.
std::exception_ptr failure(ErrorCode code, std::string_view what);

/// The text of any exception, "unknown exception" for one that is not a std::exception.
/// The view lives as long as the exception.
std::string_view describe(const std::exception_ptr& error) noexcept;

}  // namespace detail
}  // namespace poolder
