#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include <poolder/core/type_name.hpp>
#include <poolder/factory/detail/factory_handle.hpp>
#include <poolder/factory/options.hpp>
#include <poolder/factory/worker_ref.hpp>
#include <poolder/runtime/runtime.hpp>
#include <poolder/worker/call_options.hpp>
#include <poolder/worker/detail/dispatch.hpp>

namespace poolder {

/// Workers of any type, in named groups, started and ended one by one.
///
/// A child is a worker with a queue of its own. One that crashes (WorkerOptions::on_failure) is
/// constructed anew from its arguments, in its group, under a new pid, and goes on with its queue,
/// within FactoryPoolOptions::restart; beyond that the factory stops. One that says exit() or is
/// terminated is not replaced: it has left its group before anyone is told or can notice, and what
/// it still had queued is given up: a call gets Error{worker_down}.
///
/// A factory that its supervisor restarts comes back without its children: those ended with it, and
/// who started them is told by their monitors.
///
/// Every function may be called from any thread, and from inside a child's handler. What is started
/// or sent after the factory has stopped gets Error{stopped}; what is asked finds nobody.
class FactoryPool {
 public:
  /// Throws Error{invalid_argument} for options that break a rule, Error{already_exists} where the
  /// name is taken, Error{stopped} where the runtime has ended.
  explicit FactoryPool(Runtime& runtime, FactoryPoolOptions options = {})
      : handle_(detail::FactoryHandle::start(runtime.core(), detail::type_name<FactoryPool>(),
                                             options)) {}
  /// stop()
  ~FactoryPool() {
    if (owner_) handle_.stop_quietly();
  }
  FactoryPool(const FactoryPool&) = delete;
  FactoryPool& operator=(const FactoryPool&) = delete;

  /// A new W{args...} in the group, which comes to be with its first child. Throws what the
  /// constructor throws; nothing is left behind then.
  template <class W, class... Args>
  WorkerRef<W> start_child(std::string_view group, Args... args) {
    return WorkerRef<W>{handle_.start_child(
        group, detail::child_type<W>,
        std::make_unique<detail::WorkerFactoryOf<W, Args...>>(std::move(args)...))};
  }

  /// Sends a job; returns once it is queued. Throws Error{worker_down} where the worker has ended,
  /// Error{not_found} for another factory's.
  template <class W, class M>
  requires HandlesJob<W, M>
  void cast(const WorkerRef<W>& worker, M&& job) {
    handle_.cast({}, worker.untyped(), detail::make_job<W>(std::forward<M>(job)));
  }
  /// The same, but Error{not_found} unless the worker is in the group.
  template <class W, class M>
  requires HandlesJob<W, M>
  void cast(std::string_view group, const WorkerRef<W>& worker, M&& job) {
    handle_.cast(group, worker.untyped(), detail::make_job<W>(std::forward<M>(job)));
  }

  /// Sends a request and waits for its reply. Rethrows what the handler threw. Throws as cast does,
  /// and Error{timeout} at the deadline (the handler's work goes on, its reply goes nowhere),
  /// Error{worker_down} where the worker ended before it answered, Error{would_deadlock} where a
  /// handler would wait for itself, Error{invalid_argument} for options with a route.
  template <class W, class M>
  requires HandlesCall<W, M> Reply<W, M> call(const WorkerRef<W>& worker, M&& request,
                                              CallOptions options = {}) {
    return call_in({}, worker, std::forward<M>(request), options);
  }
  /// The same, but Error{not_found} unless the worker is in the group.
  template <class W, class M>
  requires HandlesCall<W, M> Reply<W, M> call(std::string_view group, const WorkerRef<W>& worker,
                                              M&& request, CallOptions options = {}) {
    return call_in(group, worker, std::forward<M>(request), options);
  }

  /// A copy to each child of the group that takes such jobs; how many got one. Others are passed
  /// over. A child takes M if its class has a handle_job for exactly that type (const M&, M or M&&,
  /// with or without a Context), or lists it in Messages, which handlers that are templates or
  /// convert what they are sent need. A child that begins or ends meanwhile may get it or not.
  template <class M>
  std::size_t broadcast(std::string_view group, const M& job) {
    static_assert(std::copy_constructible<M>,
                  "poolder: a message that cannot be copied cannot be broadcast");
    return handle_.broadcast(group, &detail::message_identity<M>, &job);
  }

  // How many and who there are at this moment, in the order they were started. A child that crashed
  // counts, under the pid of its successor, before that is constructed.

  std::size_t count(std::string_view group) const { return handle_.count(group); }
  std::size_t count_all() const { return handle_.count_all(); }
  std::vector<Pid> list(std::string_view group) const { return handle_.list(group); }
  /// Each with its group, group by group.
  std::vector<std::pair<Pid, std::string>> list_all() const { return handle_.list_all(); }
  /// Those that have a child, in alphabetical order.
  std::vector<std::string> groups() const { return handle_.groups(); }

  /// Ends a child. Does not wait for its handler: that has its stop token requested, and is left to
  /// itself where it does not end within FactoryPoolOptions::shutdown. False: there is no such
  /// worker in this factory, or no more.
  bool terminate(Pid worker) { return handle_.terminate(worker); }
  /// The same for all that are in the group at this moment; how many this call ended.
  std::size_t terminate_group(std::string_view group) { return handle_.terminate_group(group); }

  /// How many messages were given up: whose attempts were used up, or whose child had ended.
  std::uint64_t dropped() const { return handle_.dropped(); }
  /// As given in the options; lives as long as this object.
  std::string_view name() const { return handle_.name(); }
  /// Takes no more work, requests the stop tokens, waits up to FactoryPoolOptions::shutdown for
  /// handlers, gives up what is queued, and ends the children. For constructors and destructors of
  /// children that run it waits however long they take. May be called again, by any thread; each
  /// call returns when the factory has stopped. Inside a child's handler it does not wait for that
  /// handler.
  void stop() { handle_.stop(); }

  // A type that no handler takes: these say so in words, in the first line of the compiler's
  // message.
  template <class W, class M>
  requires(!HandlesJob<W, M>) void cast(const WorkerRef<W>&, const M&) { refuse_job<W, M>(); }
  template <class W, class M>
  requires(!HandlesJob<W, M>) void cast(std::string_view, const WorkerRef<W>&, const M&) {
    refuse_job<W, M>();
  }
  template <class W, class M>
  requires(!HandlesCall<W, M>) int call(const WorkerRef<W>&, const M&, CallOptions = {}) {
    return refuse_call<W, M>();
  }
  template <class W, class M>
  requires(!HandlesCall<W, M>) int call(std::string_view, const WorkerRef<W>&, const M&,
                                        CallOptions = {}) {
    return refuse_call<W, M>();
  }

  /// For poolder's engines.
  std::shared_ptr<detail::EngineCore> core() const { return handle_.core(); }
  /// For Ref.
  FactoryPool(detail::Attach, std::shared_ptr<detail::EngineCore> core) noexcept
      : handle_(detail::FactoryHandle::attach(std::move(core))), owner_(false) {}

 private:
  template <class W, class M>
  Reply<W, M> call_in(detail::FactoryHandle::Guard group, const WorkerRef<W>& worker, M&& request,
                      const CallOptions& options) {
    const auto reply = detail::make_reply<Reply<W, M>>();
    handle_.call(group, worker.untyped(), detail::make_call<W>(*reply, std::forward<M>(request)),
                 *reply, options);
    return reply->take();
  }

  template <class W, class M>
  static void refuse_job() {
    static_assert(HandlesJob<W, M>,
                  "poolder: the worker has no handle_job for a message of this type");
  }
  template <class W, class M>
  static int refuse_call() {
    static_assert(HandlesCall<W, M>,
                  "poolder: the worker has no handle_call for a request of this type");
    return 0;
  }

  detail::FactoryHandle handle_;
  bool owner_ = true;
};

}  // namespace poolder
