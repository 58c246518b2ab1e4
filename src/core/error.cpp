#include <poolder/core/error.hpp>

namespace poolder {

std::string_view to_string(ErrorCode code) noexcept {
  switch (code) {
    case ErrorCode::timeout:
      return "timeout";
    case ErrorCode::no_worker:
      return "no_worker";
    case ErrorCode::worker_down:
      return "worker_down";
    case ErrorCode::queue_full:
      return "queue_full";
    case ErrorCode::stopped:
      return "stopped";
    case ErrorCode::cancelled:
      return "cancelled";
    case ErrorCode::not_found:
      return "not_found";
    case ErrorCode::already_exists:
      return "already_exists";
    case ErrorCode::invalid_argument:
      return "invalid_argument";
    case ErrorCode::would_deadlock:
      return "would_deadlock";
  }
  return "unknown";
}

Error::Error(ErrorCode code, const std::string& what) : std::runtime_error(what), code_(code) {}

namespace detail {

static Error make(ErrorCode code, std::string_view what) {
  std::string text = "poolder: ";
  text.append(to_string(code)).append(": ").append(what);
  return Error(code, text);
}

void fail(ErrorCode code, std::string_view what) { throw make(code, what); }

std::exception_ptr failure(ErrorCode code, std::string_view what) {
  return std::make_exception_ptr(make(code, what));
}

std::string_view describe(const std::exception_ptr& error) noexcept {
  if (!error) return "no error";
  try {
    std::rethrow_exception(error);
  } catch (const std::exception& known) {
    return known.what();
  } catch (...) {
    return "unknown exception";
  }
}

}  // namespace detail
}  // namespace poolder
