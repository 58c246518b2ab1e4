#pragma once

#include <algorithm>
#include <exception>
#include <memory>
#include <type_traits>
#include <utility>

#include <poolder/core/duration.hpp>
#include <poolder/core/result.hpp>
#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/detail/reply.hpp>
#include <poolder/runtime/detail/timer.hpp>

namespace poolder {

namespace detail {

/// Settles a reply with Error{timeout} at its request's deadline; for whoever does not wait but is
/// told.
void expire_at(RuntimeCore& core, ReplyBase& reply, Ticks deadline);

}  // namespace detail

/// The answer to a request that is under way. Move-only; destroying it lets the request go on.
/// One thread at a time; it may outlive the engine and the runtime.
template <class T>
class [[nodiscard]] Future {
 public:
  Future(Future&&) noexcept = default;
  Future& operator=(Future&&) noexcept = default;

  /// Waits until the request's own deadline; returns the answer, or rethrows what the handler
  /// threw. Throws Error{timeout} at the deadline, and Error{would_deadlock} in a simulation where
  /// nothing could ever answer.
  T get() { return wait(deadline_); }

  /// Waits at most `timeout`, then throws Error{timeout}; the request goes on, and get may be
  /// called again.
  T get(Duration timeout) {
    return wait(core_ ? detail::after(core_->now(), timeout) : detail::never);
  }

  bool ready() const noexcept { return reply_ && reply_->ready(); }

  /// True where the request had not started: it will not run, and get() throws Error{cancelled}.
  bool cancel() noexcept {
    if (!reply_ ||
        !reply_->cancel(detail::failure(ErrorCode::cancelled, "the request was cancelled")))
      return false;
    reply_->publish();
    reply_->on_withdrawn();
    return true;
  }

  /// Calls on_result(Result<T>) once, as a job of its own, when the answer or the request's
  /// deadline has come. Consumes the future.
  template <class F>
  void then(F&& on_result) {
    auto reply = std::exchange(reply_, {});
    if (!reply) detail::fail(ErrorCode::invalid_argument, "this future's answer was taken");
    auto& target = *reply;
    target.keep();
    target.then(core_, [shared = std::make_shared<detail::ReplyPtr<T>>(std::move(reply)),
                        on_result = std::make_shared<std::decay_t<F>>(std::forward<F>(on_result))] {
      (*on_result)((*shared)->take_result());
    });
    if (deadline_ != detail::never) detail::expire_at(*core_, target, deadline_);
    target.release();
  }

  /// As get(), up to `deadline` of its runtime's clock, with what that would throw in the result.
  /// One that is not ready can be asked again. For poolder's engines.
  Result<T> result_by(detail::Ticks deadline) {
    try {
      const bool late = reply_ && !ready() && core_->now() >= deadline;
      if (late) detail::fail(ErrorCode::timeout, "the request was not answered in time");
      if constexpr (std::is_void_v<T>) {
        wait(std::min(deadline, deadline_));
        return {};
      } else {
        return Result<T>{wait(std::min(deadline, deadline_))};
      }
    } catch (...) {
      return Result<T>{std::current_exception()};
    }
  }
  /// That much later than now by its runtime's clock.
  detail::Ticks moment_after(Duration span) const {
    return core_ ? detail::after(core_->now(), span) : detail::never;
  }

  /// For poolder's engines.
  Future(std::shared_ptr<detail::RuntimeCore> core, detail::ReplyPtr<T> reply,
         detail::Ticks deadline)
      : core_(std::move(core)), reply_(std::move(reply)), deadline_(deadline) {}

 private:
  T wait(detail::Ticks deadline) {
    if (!reply_) detail::fail(ErrorCode::invalid_argument, "this future's answer was taken");
    if (!reply_->wait(*core_, deadline)) {
      if (deadline == deadline_) reply_->wait_is_over();
      detail::fail(ErrorCode::timeout, "the request was not answered in time");
    }
    return std::exchange(reply_, {})->take();
  }

  std::shared_ptr<detail::RuntimeCore> core_;
  detail::ReplyPtr<T> reply_;
  detail::Ticks deadline_;
};

}  // namespace poolder
