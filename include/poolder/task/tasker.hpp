#pragma once

#include <concepts>
#include <cstddef>
#include <memory>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <poolder/core/result.hpp>
#include <poolder/core/type_name.hpp>
#include <poolder/runtime/future.hpp>
#include <poolder/runtime/runtime.hpp>
#include <poolder/task/detail/task_type.hpp>
#include <poolder/task/detail/tasker_handle.hpp>
#include <poolder/task/options.hpp>
#include <poolder/task/stats.hpp>

namespace poolder {

/// Runs functions, at most `limit` at once; the rest waits in its queue, first come first served.
/// Tasks may block: they hold up no thread that others need.
///
/// Every function may be called from any thread, at any moment, and inside a task. All that hand
/// work in throw Error{stopped} once the tasker has stopped. Where the queue has a capacity and is
/// full, they do as QueueOptions::on_full says: wait for room, throw Error{queue_full}, or have the
/// oldest task given up. A wait for room throws Error{would_deadlock} inside a task where all that
/// run and might make room wait for it too, straight or round a ring of such waits through other
/// engines; not where the queue has a max_wait, which makes room as well.
class Tasker {
 public:
  /// Throws Error{invalid_argument} for options that break a rule, Error{already_exists} where the
  /// name is taken, Error{stopped} where the runtime has ended.
  explicit Tasker(Runtime& runtime) : Tasker(runtime, TaskerOptions{}) {}
  Tasker(Runtime& runtime, TaskerOptions options)
      : handle_(detail::TaskerHandle::start(runtime.core(), detail::type_name<Tasker>(), options)) {
  }
  /// stop()
  ~Tasker() {
    if (owner_) handle_.stop_quietly();
  }
  Tasker(const Tasker&) = delete;
  Tasker& operator=(const Tasker&) = delete;

  /// Has the task run; nobody waits for it. What it throws is counted in TaskerStats::failed, and
  /// the first is reported.
  template <class F>
  requires std::invocable<std::decay_t<F>>
  void execute(F&& task) {
    using Task = std::decay_t<F>;
    handle_.push(detail::make_message<Task>(detail::plain_type<Task>, std::forward<F>(task)));
  }

  /// Has the task run, and its value, or what it throws, put into the future. A future whose task
  /// is given up gets an Error: queue_full, timeout (max_wait), or stopped. Future::cancel
  /// withdraws a task that has not started: it never runs.
  ///
  /// The future has no deadline of its own: get() waits as long as it takes, get(timeout) does not.
  /// A task that waits here for another holds its place meanwhile: where all places do so, nothing
  /// runs any more, and nobody is told.
  template <class F>
  requires std::invocable<std::decay_t<F>> Future<std::invoke_result_t<std::decay_t<F>>> submit(
      F&& task) {
    using Task = std::decay_t<F>;
    using R = detail::Returned<Task>;
    static_assert(!std::is_reference_v<R>,
                  "poolder: a task must return a value, not a reference: what it refers to may be "
                  "gone when the result is read");
    detail::ReplyPtr<R> reply{new detail::PendingReply<R>};
    handle_.push(detail::make_message<detail::Submitted<Task>>(
        detail::submitted_type<Task>, detail::Answer<R>{*reply}, std::forward<F>(task)));
    return {handle_.runtime(), std::move(reply), detail::never};
  }

  /// Has the task run, then calls on_result(Result<R>), once, as a job of its own that counts
  /// neither in running() nor in the limit; never inside this call. A task that is given up is told
  /// by an Error in the result. drain() and stop() wait for it. What it throws is counted
  /// in TaskerStats::callbacks_failed, and the first is reported.
  template <class F, class Then>
  requires std::invocable<std::decay_t<F>>
  void callback(F&& task, Then&& on_result) {
    using Task = std::decay_t<F>;
    using Told = std::decay_t<Then>;
    static_assert(!std::is_reference_v<detail::Returned<Task>>,
                  "poolder: a task must return a value, not a reference: what it refers to may be "
                  "gone when the result is read");
    static_assert(std::invocable<Told&, Result<detail::Returned<Task>>>,
                  "poolder: the function given to callback must take a Result of what the task "
                  "returns");
    handle_.push(detail::make_message<detail::CalledBack<Task, Told>>(
        detail::called_back_type<Task, Told>, std::forward<F>(task), std::forward<Then>(on_result),
        std::nullopt));
  }

  /// Waits for all of them up to `timeout` altogether: what each came to, in the order of the
  /// futures. What is not ready by then is Error{timeout} here, and its future can be waited for
  /// again; the others are used up. Throws nothing that a task throws.
  template <class T>
  static std::vector<Result<T>> await(std::vector<Future<T>>& futures, Duration timeout) {
    std::vector<detail::Ticks> deadlines;
    deadlines.reserve(futures.size());
    for (const Future<T>& each : futures) deadlines.push_back(each.moment_after(timeout));
    std::vector<Result<T>> results;
    results.reserve(futures.size());
    for (std::size_t i = 0; i < futures.size(); ++i) {
      try {
        results.push_back(futures[i].result_by(deadlines[i]));
      } catch (...) {  // the result's move
        results.emplace_back(std::current_exception());
      }
    }
    return results;
  }

  /// From now on. More: the first of the queue start. Fewer: those that run end as they please, and
  /// none starts before there is room for it. Throws Error{invalid_argument} for 0.
  void set_limit(std::size_t limit) { handle_.set_limit(limit); }

  /// As given in the options; lives as long as this object.
  std::string_view name() const { return handle_.name(); }
  std::size_t limit() const { return stats().limit; }
  std::size_t running() const { return stats().running; }
  std::size_t queued() const { return stats().queued; }
  /// Of a stopped tasker too.
  TaskerStats stats() const { return handle_.stats(); }

  /// Waits for a moment at which nothing is queued or runs, and every callback has been made.
  /// False: the deadline passed. Throws Error{would_deadlock} inside a task of this tasker.
  bool drain(Duration deadline) { return handle_.drain(deadline); }
  /// Takes no more work, gives up what is queued, and waits up to TaskerOptions::shutdown for what
  /// runs. A task that has not ended by then is left to itself: its future gets Error{stopped}, its
  /// callback comes when it ends, if the runtime still runs. For the destructors of what is given
  /// up it waits as long again, a second at least. May be called again; each call returns when the
  /// tasker has stopped. Inside a task it does not wait for that one.
  void stop() { handle_.stop(); }

  /// For poolder's engines.
  std::shared_ptr<detail::EngineCore> core() const { return handle_.core(); }
  /// For Ref.
  Tasker(detail::Attach, std::shared_ptr<detail::EngineCore> core) noexcept
      : handle_(detail::TaskerHandle::attach(std::move(core))), owner_(false) {}

 private:
  detail::TaskerHandle handle_;
  bool owner_ = true;
};

}  // namespace poolder
