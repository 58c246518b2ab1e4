#pragma once

#include <atomic>
#include <cstdint>
#include <exception>
#include <functional>
#include <memory>
#include <optional>
#include <type_traits>
#include <utility>

#include <poolder/core/error.hpp>
#include <poolder/core/result.hpp>
#include <poolder/runtime/detail/core.hpp>
#include <poolder/runtime/detail/leaving.hpp>
#include <poolder/runtime/detail/node_cache.hpp>
#include <poolder/runtime/detail/wait_point.hpp>

namespace poolder::detail {

/// Where one answer goes, shared by who waits for it and who gives it.
///
/// Thread safety: any number may try to settle it, the first wins; one waits. The answer is written
/// by claim's winner, and seen by the other side after publish (release) and signalled (acquire).
class ReplyBase {
 public:
  ReplyBase() = default;
  ReplyBase(const ReplyBase&) = delete;
  ReplyBase& operator=(const ReplyBase&) = delete;
  virtual ~ReplyBase() = default;

  void keep() noexcept { references_.fetch_add(1, std::memory_order_relaxed); }
  void release() noexcept {
    // The last holder needs no atomic step: nobody else is there to race with.
    if (references_.load(std::memory_order_acquire) == 1 ||
        references_.fetch_sub(1, std::memory_order_acq_rel) == 1)
      delete this;
  }

  /// The handler begins. False: the request was withdrawn. One that was only answered otherwise,
  /// by its deadline, runs all the same.
  bool start() noexcept { return step(Phase::pending, Phase::started) || !withdrawn(); }
  /// The same, but one that was answered otherwise does not run either. From a true on it cannot be
  /// withdrawn.
  bool start_unless_settled() noexcept { return step(Phase::pending, Phase::started); }
  bool is_pending() const noexcept {
    return phase_.load(std::memory_order_acquire) == Phase::pending;
  }

  /// Stores an error, unless there is an answer. True: it was stored.
  bool fail(std::exception_ptr error) noexcept;
  /// The same, and withdraws the request; not where it has started.
  bool fail_unless_started(std::exception_ptr error) noexcept;
  bool withdrawn() const noexcept;
  /// The request was withdrawn by whoever waited: the engine may forget it.
  virtual void on_withdrawn() noexcept {}
  /// Nobody but the caller holds it, so nobody would read an answer.
  bool is_abandoned() const noexcept { return references_.load(std::memory_order_acquire) == 1; }

  /// fail_unless_started, and fail, for who asked and waits no longer: the request's queue is not
  /// told of it.
  bool cancel(std::exception_ptr error) noexcept;
  bool expire(std::exception_ptr error) noexcept;
  /// How many have been given up so, whosever they are: where it has not changed, a queue need not
  /// look for any.
  static std::uint64_t given_up() noexcept;

  /// Whoever waits for it in vain, up to the request's own deadline, cancels it. Before it is sent.
  void ends_with_the_wait() noexcept { ends_with_the_wait_ = true; }
  /// That wait is over.
  void wait_is_over() noexcept;

  /// Lets the waiter see the answer; a reply without one gets worker_down. Called once by whoever
  /// drops the request.
  void publish() noexcept;

  bool ready() const noexcept { return point_.signalled(); }
  bool wait(RuntimeCore& core, Ticks deadline) { return point_.wait_until(core, deadline); }

  /// `job` runs as a job of its own once there is an answer. In place of waiting.
  void then(const std::shared_ptr<RuntimeCore>& core, std::function<void()> job);

  const std::exception_ptr& error() const noexcept { return error_; }

  static void* operator new(std::size_t size) {
    return size <= node_size ? allocate_node() : ::operator new(size);
  }
  static void operator delete(void* memory, std::size_t size) noexcept {
    size <= node_size ? free_node(memory) : ::operator delete(memory);
  }

 protected:
  enum class Phase : std::uint8_t { pending, started, writing, answered, withdrawn };

  bool step(Phase from, Phase to) noexcept {
    return phase_.compare_exchange_strong(from, to, std::memory_order_acq_rel,
                                          std::memory_order_relaxed);
  }
  /// The right to write the answer.
  bool claim() noexcept {
    return step(Phase::started, Phase::writing) || step(Phase::pending, Phase::writing);
  }
  /// Only who waited holds it from now on: the thread that answered must not be the one to destroy
  /// an exception that is being read here.
  std::exception_ptr take_error() noexcept { return std::move(error_); }
  void set_error(std::exception_ptr error) noexcept { error_ = std::move(error); }
  void answered() noexcept { phase_.store(Phase::answered, std::memory_order_release); }
  bool settled() const noexcept {
    return phase_.load(std::memory_order_acquire) >= Phase::answered;
  }

 private:
  struct Continuation {
    std::shared_ptr<RuntimeCore> core;
    std::function<void()> job;
  };

  std::atomic<int> references_{1};
  std::atomic<Phase> phase_{Phase::pending};
  bool ends_with_the_wait_ = false;  // of who asked
  WaitPoint point_;
  std::exception_ptr error_;
  std::unique_ptr<Continuation> continuation_;
};

template <class R>
class PendingReply : public ReplyBase {
 public:
  template <class F>
  void answer_with(F&& f) {
    if constexpr (std::is_void_v<R>) {
      f();
      if (claim()) answered();
    } else {
      R result = f();
      if (!claim()) return;
      try {
        [[maybe_unused]] const LeavingWith<R> leaving{};
        value_.emplace(std::move(result));
      } catch (...) {
        set_error(std::current_exception());  // a value whose move throws
      }
      answered();
    }
  }

  /// The answer; rethrows the error. Once, after it is ready.
  R take() {
    if (error()) std::rethrow_exception(take_error());
    if constexpr (!std::is_void_v<R>) return std::move(*value_);
  }
  Result<R> take_result() {
    if (error()) return Result<R>{take_error()};
    if constexpr (std::is_void_v<R>) {
      return {};
    } else {
      return Result<R>{std::move(*value_)};
    }
  }

 private:
  std::optional<std::conditional_t<std::is_void_v<R>, char, R>> value_;
};

/// A counted hold on a reply.
template <class R>
class ReplyPtr {
 public:
  ReplyPtr() noexcept = default;
  explicit ReplyPtr(PendingReply<R>* adopted) noexcept : reply_(adopted) {}
  ReplyPtr(ReplyPtr&& other) noexcept : reply_(std::exchange(other.reply_, nullptr)) {}
  ReplyPtr& operator=(ReplyPtr&& other) noexcept {
    std::swap(reply_, other.reply_);
    return *this;
  }
  ~ReplyPtr() {
    if (reply_) reply_->release();
  }

  PendingReply<R>* operator->() const noexcept { return reply_; }
  PendingReply<R>& operator*() const noexcept { return *reply_; }
  explicit operator bool() const noexcept { return reply_ != nullptr; }

 private:
  PendingReply<R>* reply_ = nullptr;
};

/// The answering side's hold, which lies in the request's message: whatever becomes of that,
/// dropping it answers.
template <class R>
class Answer {
 public:
  explicit Answer(PendingReply<R>& reply) noexcept : reply_(&reply) { reply.keep(); }
  Answer(Answer&& other) noexcept : reply_(std::exchange(other.reply_, nullptr)) {}
  Answer& operator=(Answer&&) = delete;
  ~Answer() {
    if (!reply_) return;
    reply_->publish();
    reply_->release();
  }

  PendingReply<R>& operator*() const noexcept { return *reply_; }
  PendingReply<R>* operator->() const noexcept { return reply_; }

 private:
  PendingReply<R>* reply_;
};

}  // namespace poolder::detail
