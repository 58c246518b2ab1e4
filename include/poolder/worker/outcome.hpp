#pragma once

#include <exception>
#include <string>
#include <string_view>
#include <utility>

#include <poolder/core/duration.hpp>
#include <poolder/core/error.hpp>

namespace poolder {

/// What a handle_job may return besides void: made by proceed(), exit() or stop_pool().
class [[nodiscard]] Next {
 public:
  enum class Kind { proceed, exit, stop_pool };

  Next() noexcept = default;
  Next(Kind kind, std::string reason) : kind_(kind), reason_(std::move(reason)) {}

  Kind kind() const noexcept { return kind_; }
  const std::string& reason() const noexcept { return reason_; }

 private:
  Kind kind_ = Kind::proceed;
  std::string reason_;
};

/// The worker goes on.
inline Next proceed() { return {}; }
/// Ends this worker normally; another takes its slot and its queue.
inline Next exit(std::string reason = {}) { return {Next::Kind::exit, std::move(reason)}; }
/// Ends the whole pool, as stop() from inside.
inline Next stop_pool() { return {Next::Kind::stop_pool, {}}; }

/// What a handle_error is told.
struct Failure {
  int attempt;  ///< the attempt that failed, from 1
  std::exception_ptr error;

  std::string_view what() const noexcept { return detail::describe(error); }
};

/// What a handle_error returns: made by retry(), backoff(), halt() or ignore().
class [[nodiscard]] Recovery {
 public:
  enum class Kind { retry, backoff, halt, ignore };

  Recovery(Kind kind, Duration delay) noexcept : kind_(kind), delay_(delay) {}

  Kind kind() const noexcept { return kind_; }
  Duration delay() const noexcept { return delay_; }

 private:
  Kind kind_;
  Duration delay_;
};

/// The next attempt before the slot's next message.
inline Recovery retry() { return {Recovery::Kind::retry, Duration{0}}; }
/// Others run meanwhile; then from the back of the queue.
inline Recovery backoff(Duration delay) { return {Recovery::Kind::backoff, delay}; }
/// No further attempt; the worker's OnFailure applies.
inline Recovery halt() { return {Recovery::Kind::halt, Duration{0}}; }
/// No further attempt, no event; the worker is kept.
inline Recovery ignore() { return {Recovery::Kind::ignore, Duration{0}}; }

}  // namespace poolder
