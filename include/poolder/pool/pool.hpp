#pragma once

#include <cstddef>
#include <functional>
#include <iterator>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>
#include <vector>

#include <poolder/pool/detail/pool_handle.hpp>
#include <poolder/pool/events.hpp>
#include <poolder/pool/options.hpp>
#include <poolder/pool/stats.hpp>
#include <poolder/runtime/future.hpp>
#include <poolder/runtime/runtime.hpp>
#include <poolder/worker/detail/dispatch.hpp>

namespace poolder {

/// A definition names its worker, `using Worker = W;`, or is the worker itself.
template <class D>
struct WorkerOf {
  using type = D;
};
template <class D>
requires requires { typename D::Worker; }
struct WorkerOf<D> {
  using type = typename D::Worker;
};

/// What can be sent to a pool of W. Every function may be called from any thread, and at any
/// moment. All throw Error{stopped} once the pool has stopped.
template <class W>
class PoolMessages {
 public:
  using Worker = W;

  /// Sends a job: returns once it is queued, and waits only where the queue is full and
  /// OnFull::block. Throws Error{queue_full} with OnFull::reject, Error{would_deadlock} where the
  /// wait for room could never end.
  template <class M>
  requires HandlesJob<W, M>
  void cast(M&& job) {
    if (handle_.routes_by_broadcast(nullptr))
      return cast(std::forward<M>(job), Route{Routing::broadcast});
    handle_.cast(detail::make_job<W>(std::forward<M>(job)));
  }
  /// As above; Error{worker_down} where the route names a worker that has ended.
  template <class M>
  requires HandlesJob<W, M>
  void cast(M&& job, Route route) {
    if (!handle_.routes_by_broadcast(&route))
      return handle_.cast(detail::make_job<W>(std::forward<M>(job)), &route);
    if constexpr (std::is_copy_constructible_v<detail::Kept<M>>) {
      broadcast(job);
    } else {
      detail::fail(ErrorCode::invalid_argument,
                   "a message that cannot be copied cannot be broadcast");
    }
  }
  /// False where cast would throw queue_full, stopped or no_worker; never waits.
  template <class M>
  requires HandlesJob<W, M>
  bool try_cast(M&& job) { return handle_.try_cast(detail::make_job<W>(std::forward<M>(job))); }

  /// Sends a request and waits for its reply. Rethrows what the handler threw. Throws
  /// Error{timeout} at the deadline (the handler's work goes on, its reply goes nowhere),
  /// Error{worker_down} where the worker was killed over it, Error{would_deadlock} where a handler
  /// would wait for itself.
  template <class M>
  requires HandlesCall<W, M> Reply<W, M> call(M&& request) {
    return call_with(std::forward<M>(request), detail::default_call);
  }
  template <class M>
  requires HandlesCall<W, M> Reply<W, M> call(M&& request, CallOptions options) {
    return call_with(std::forward<M>(request), options);
  }
  /// As call, with what that would throw in the result.
  template <class M>
  requires HandlesCall<W, M> Result<Reply<W, M>> try_call(M&& request, CallOptions options = {}) {
    using R = Reply<W, M>;
    try {
      if constexpr (std::is_void_v<R>) {
        call(std::forward<M>(request), std::move(options));
        return {};
      } else {
        return Result<R>{call(std::forward<M>(request), std::move(options))};
      }
    } catch (...) {
      return Result<R>{std::current_exception()};
    }
  }
  /// Sends a request: returns once it is queued, and waits only as cast does, until the timeout at
  /// the latest; what goes wrong comes through the future. The timeout is that of get().
  template <class M>
  requires HandlesCall<W, M> Future<Reply<W, M>> send_request(M&& request,
                                                              CallOptions options = {}) {
    using R = Reply<W, M>;
    auto reply = detail::make_reply<R>();
    const detail::Ticks deadline = handle_.deadline_of(options);
    handle_.request(detail::make_call<W>(*reply, std::forward<M>(request)), *reply, options);
    return Future<R>{handle_.runtime(), std::move(reply), deadline};
  }

  /// The same as casting each, cheaper.
  template <std::ranges::input_range R>
  requires HandlesJob<W, std::ranges::range_value_t<R>>
  void cast_all(R&& jobs) {
    // A view's elements are somebody else's; only a container that is given away is moved from.
    constexpr bool may_move =
        !std::is_lvalue_reference_v<R> && !std::ranges::view<R> && !std::ranges::borrowed_range<R>;
    if (handle_.routes_by_broadcast(nullptr)) {
      for (auto&& job : jobs) cast(job);
      return;
    }
    detail::CastChunk chunk{handle_};
    for (auto&& job : jobs) {
      if constexpr (may_move) {
        chunk.add(detail::make_job<W>(std::move(job)));
      } else {
        chunk.add(detail::make_job<W>(job));
      }
    }
    chunk.send();
  }
  /// A copy to every worker, whatever the routing; how many got it.
  template <class M>
  requires HandlesJob<W, M> std::size_t broadcast(const M& job) {
    return handle_.broadcast(
        [](const void* original) { return detail::make_job<W>(*static_cast<const M*>(original)); },
        &job);
  }

  /// A copy of the request to every worker, and what each replies, in the order of their indices;
  /// where it did not in time Error{timeout}, and Error{would_deadlock} in the place of a handler
  /// that asks its own pool. One deadline for all. Throws Error{stopped} alone.
  template <class M>
  requires HandlesCall<W, M> std::vector<Result<Reply<W, M>>> broadcall(const M& request,
                                                                        CallOptions options = {}) {
    using R = Reply<W, M>;
    handle_.check_open();
    const detail::Ticks deadline = handle_.deadline_of(options);
    std::vector<detail::ReplyPtr<R>> replies(handle_.size());
    detail::RequestRound round{handle_, deadline};
    for (std::size_t i = 0; i < replies.size(); ++i) {
      replies[i] = detail::make_reply<R>();
      round.add(i, detail::make_call<W>(*replies[i], request), *replies[i]);
    }
    round.wait_for_room();
    std::vector<Result<R>> results;
    results.reserve(replies.size());
    for (std::size_t i = 0; i < replies.size(); ++i)
      results.push_back(result_of<R>(i, *replies[i], deadline));
    return results;
  }

  /// Calls f(Worker&) with the worker to itself, between messages, and returns its value. As call,
  /// but that a function which had not started at the deadline is withdrawn; what has started goes
  /// on, so what it refers to must live on.
  template <class F>
  requires std::invocable<F, W&> std::invoke_result_t<F, W&> run(F&& f, CallOptions options = {}) {
    using R = std::invoke_result_t<F, W&>;
    static_assert(!std::is_reference_v<R>,
                  "poolder: the function given to run must return a value, not a reference");
    const auto reply = detail::make_reply<R>();
    const detail::WorkerMessageType& type = detail::function_type<W, std::decay_t<F>, R>;
    auto* message = detail::make_message<detail::Request<std::decay_t<F>, R>>(
        type, detail::Answer<R>{*reply}, std::forward<F>(f));
    try {
      handle_.call(message, *reply, options);
    } catch (...) {
      reply->fail_unless_started(std::current_exception());
      throw;
    }
    return reply->take();
  }

  // A type that no handler takes: these say so in words, in the first line of the compiler's
  // message.
  template <class M>
  requires(!HandlesJob<W, M>) void cast(const M&, auto&&...) {
    static_assert(HandlesJob<W, M>,
                  "poolder: the worker has no handle_job for a message of this type");
  }
  template <class M>
  requires(!HandlesJob<W, M>) bool try_cast(const M&) {
    static_assert(HandlesJob<W, M>,
                  "poolder: the worker has no handle_job for a message of this type");
    return false;
  }
  template <class M>
  requires(!HandlesJob<W, M>) std::size_t broadcast(const M&) {
    static_assert(HandlesJob<W, M>,
                  "poolder: the worker has no handle_job for a message of this type");
    return 0;
  }
  template <class M>
  requires(!HandlesCall<W, M>) int broadcall(const M&, CallOptions = {}) {
    static_assert(HandlesCall<W, M>,
                  "poolder: the worker has no handle_call for a request of this type");
    return 0;
  }
  template <class M>
  requires(!HandlesCall<W, M>) int call(const M&, CallOptions = {}) {
    static_assert(HandlesCall<W, M>,
                  "poolder: the worker has no handle_call for a request of this type");
    return 0;
  }
  template <class M>
  requires(!HandlesCall<W, M>) int try_call(const M&, CallOptions = {}) {
    static_assert(HandlesCall<W, M>,
                  "poolder: the worker has no handle_call for a request of this type");
    return 0;
  }
  template <class M>
  requires(!HandlesCall<W, M>) int send_request(const M&, CallOptions = {}) {
    static_assert(HandlesCall<W, M>,
                  "poolder: the worker has no handle_call for a request of this type");
    return 0;
  }

  /// As given in the options; lives as long as this object.
  std::string_view name() const { return handle_.name(); }
  std::size_t size() const { return handle_.size(); }
  /// Who holds that slot now. Throws Error{not_found} where there is no such slot.
  Pid worker(std::size_t index) const { return handle_.worker(index); }
  std::vector<Pid> workers() const { return handle_.workers(); }

 protected:
  PoolMessages() noexcept = default;
  explicit PoolMessages(detail::PoolHandle handle) noexcept : handle_(std::move(handle)) {}

  detail::PoolHandle handle_;

 private:
  template <class M>
  Reply<W, M> call_with(M&& request, const CallOptions& options) {
    using R = Reply<W, M>;
    if (handle_.calls_inline()) {
      const detail::WorkerMessageType& type = detail::call_type<W, detail::Kept<M>, R>;
      std::uint64_t key = 0;
      constexpr bool keyed = detail::has_key<W, detail::Kept<M>>;
      if constexpr (keyed)
        if (handle_.routes_by_key(options)) key = detail::key_of<W, detail::Kept<M>>(request);
      detail::InlineTurn turn{handle_, options, type, keyed ? &key : nullptr};
      if (turn) return call_here<R>(turn, std::forward<M>(request));
      return send_and_wait<R>(std::forward<M>(request), options, turn.slot());
    }
    return send_and_wait<R>(std::forward<M>(request), options, nullptr);
  }

  template <class R, class M>
  R send_and_wait(M&& request, const CallOptions& options, detail::Slot* chosen) {
    const auto reply = detail::make_reply<R>();
    handle_.call(detail::make_call<W>(*reply, std::forward<M>(request)), *reply, options, chosen);
    return reply->take();
  }

  template <class R>
  Result<R> result_of(std::size_t slot, detail::PendingReply<R>& reply, detail::Ticks deadline) {
    try {
      if (handle_.wait_for(slot, reply, deadline)) return reply.take_result();
      detail::fail(ErrorCode::timeout, "the worker did not reply in time");
    } catch (...) {
      return Result<R>{std::current_exception()};
    }
  }

  template <class R, class M>
  static R call_here(detail::InlineTurn& turn, M&& request) {
    auto& worker = *static_cast<W*>(turn.worker());
    Context context = turn.context();
    const auto invoke = [&]() -> R {
      detail::Kept<M> kept(std::forward<M>(request));
      return detail::invoke_call(worker, std::move(kept), context);
    };
    std::exception_ptr error;
    if constexpr (std::is_void_v<R>) {
      try {
        invoke();
      } catch (...) {
        error = std::current_exception();
      }
      error ? turn.failed(error) : turn.succeeded();
    } else {
      std::optional<R> result;
      try {
        result.emplace(invoke());
      } catch (...) {
        error = std::current_exception();
      }
      error ? turn.failed(error) : turn.succeeded();
      return std::move(*result);
    }
  }
};

/// A hold on a pool, by its worker class alone. Safe to keep, as a Ref. Copyable.
template <class W>
class PoolRef : public PoolMessages<W> {
 public:
  explicit PoolRef(detail::PoolHandle handle) noexcept : PoolMessages<W>(std::move(handle)) {}
};

/// A pool of supervised workers, from a definition (`using Worker = W; static constexpr PoolOptions
/// options{...};`), or from a worker class and options. The workers are constructed before the
/// constructor returns, each from the same arguments. A definition may have `static void
/// handle_init(poolder::PoolRef<W>)`, called once all workers stand, and `static
/// poolder::PoolEvents events()`, whose listeners are there before the first worker is.
template <class D>
class Pool : public PoolMessages<typename WorkerOf<D>::type> {
 public:
  using Worker = typename WorkerOf<D>::type;

  /// Throws what a worker's constructor throws, Error{already_exists} where the name is taken,
  /// Error{stopped} where the runtime has ended.
  template <class... Args>
  explicit Pool(Runtime& runtime, Args... worker_args)
      : Pool(Checked{}, runtime, detail::pool_options<D>(), std::move(worker_args)...) {}
  /// As above, and Error{invalid_argument} for options that break a rule.
  template <class... Args>
  Pool(Runtime& runtime, PoolOptions options, Args... worker_args)
      : Pool(Checked{}, runtime, (detail::check(options), options), std::move(worker_args)...) {}
  /// stop()
  ~Pool() {
    if (owner_) this->handle_.stop_quietly();
  }
  Pool(const Pool&) = delete;
  Pool& operator=(const Pool&) = delete;

  // Growing and shrinking: Error{invalid_argument} unless PoolOptions.dynamic.

  /// One more worker, at the highest index. Throws what its constructor throws.
  Pid start_worker() { return this->handle_.start_worker(); }
  /// Ends the worker of the highest index once its handler returns; what it had queued goes to the
  /// others by the pool's routing. Throws Error{invalid_argument} for the last one.
  void stop_worker() { this->handle_.stop_worker(); }
  /// As many workers; Error{invalid_argument} for 0.
  void resize(std::size_t size) { this->handle_.resize(size); }

  /// Queued work waits from now on; running handlers end.
  void pause() { this->handle_.pause(); }
  void resume() { this->handle_.resume(); }
  /// Waits for a moment at which nothing is queued, running or in backoff. False: the deadline
  /// passed. Throws Error{would_deadlock} inside one of this pool's handlers or listeners.
  bool drain(Duration deadline) { return this->handle_.drain(deadline); }
  /// Takes no more work, requests the stop tokens, waits up to PoolOptions::shutdown for handlers,
  /// gives up what is queued, and ends the workers. May be called again, by any thread; each call
  /// returns when the pool has stopped. Inside one of this pool's handlers it does not wait for
  /// that handler, and inside one of its listeners for nothing. What runs that is no handler (a
  /// worker's constructor or destructor, a listener) is waited for, however long it takes.
  void stop() { this->handle_.stop(); }
  /// Replaces the worker: its handler, if one runs, is asked to stop and left to itself; its queue
  /// is kept for the next. Nothing happens where it has ended.
  void kill(Pid worker) { this->handle_.kill(worker); }
  /// Calls back with each report of a handler that runs for too long (PoolOptions::overrun), as a
  /// job of its own, one at a time.
  Subscription on_overrun(std::function<void(const Overrun&)> callback) {
    return this->handle_.on_overrun(std::move(callback));
  }
  /// Of a stopped pool too.
  PoolStats stats() const { return this->handle_.stats(); }
  /// Tells of each worker's begin and end, until the subscription ends; also of a pool that has
  /// stopped and is started afresh. See PoolEvents.
  Subscription on(PoolEvents events) { return this->handle_.on(std::move(events)); }

  /// For poolder's engines.
  std::shared_ptr<detail::EngineCore> core() const { return this->handle_.core(); }
  /// For Ref.
  Pool(detail::Attach, std::shared_ptr<detail::EngineCore> core) noexcept
      : PoolMessages<Worker>(detail::PoolHandle::attach(std::move(core))), owner_(false) {}

 private:
  struct Checked {};

  template <class... Args>
  Pool(Checked, Runtime& runtime, PoolOptions options, Args... worker_args)
      : PoolMessages<Worker>(detail::PoolHandle::start(
            runtime.core(),
            {detail::type_name<Pool>(), detail::worker_type<Worker>, options,
             std::make_unique<detail::WorkerFactoryOf<Worker, Args...>>(std::move(worker_args)...),
             init_function(), detail::events_function<D>()})) {}

  static constexpr auto init_function() -> void (*)(const detail::PoolHandle&) {
    if constexpr (requires(PoolRef<Worker> self) { D::handle_init(self); }) {
      return [](const detail::PoolHandle& pool) { D::handle_init(PoolRef<Worker>{pool}); };
    } else {
      return nullptr;
    }
  }

  bool owner_ = true;
};

}  // namespace poolder
