#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string_view>
#include <type_traits>
#include <utility>

#include <poolder/core/type_name.hpp>
#include <poolder/lease/detail/lease_handle.hpp>
#include <poolder/lease/detail/lease_request.hpp>
#include <poolder/lease/detail/lease_type.hpp>
#include <poolder/lease/lease.hpp>
#include <poolder/lease/options.hpp>
#include <poolder/lease/status.hpp>
#include <poolder/runtime/future.hpp>
#include <poolder/runtime/runtime.hpp>

namespace poolder {

/// Lends resources, each to one borrower at a time: connections, file handles, interpreters.
///
/// A definition D has `using Resource = R;` and
/// `static constexpr poolder::LeasePoolOptions options{...};`. It may have
///   R create()          makes a resource; without it R{} does
///   bool healthy(R&)    asked before what has lain idle is lent, and before what comes back is
///                       handed to a caller that waits; an unhealthy resource is discarded
///   void reset(R&)      before a resource goes back; one that throws has it discarded
///   void discard(R&)    before a discarded resource is destroyed
///   template <class T> using Idle = ...;     and Waiting, Busy: see collections.hpp
/// These functions are called by several threads at once, for different resources: `create` on
/// scheduler threads, in the constructor and in add_idle and try_acquire; `healthy` and `reset` on
/// the borrowers' threads; `discard` and destructors on the thread that gives back, and on a
/// scheduler thread where acquire or acquire_async found it unhealthy. They may take as long as
/// they like: others are served meanwhile. What they throw is caught, counted and reported.
///
/// Order of service: who waits, by Waiting; then what is idle, by Idle; then a new one within
/// max_overflow. What is given back goes to who waits; else it is kept, or closed where more are
/// alive than `size`. A creation that fails is tried again every retry_interval while it is wanted;
/// callers get their deadline.
///
/// What is being destroyed counts against size + max_overflow until it is gone: what replaces it is
/// made after that, and one that takes long delays creations alone.
///
/// Every function may be called from any thread, at any moment, and inside handlers; those that
/// want a lease or change the size throw Error{stopped} once the pool stops. Inside the handler of
/// a worker that was killed acquire, try_acquire and run throw Error{worker_down}; a lease that it
/// gets otherwise is forfeit at once.
template <class D>
class LeasePool {
 public:
  static_assert(detail::check_lease_definition<D>());
  using Resource = typename D::Resource;

  /// Makes the definition's object from `args`, and the first `size` resources; where one cannot be
  /// made it is tried again later. Throws what the definition's constructor throws,
  /// Error{already_exists} where the name is taken, Error{stopped} where the runtime has ended.
  template <class... Args>
  explicit LeasePool(Runtime& runtime, Args... args)
      : LeasePool(Checked{}, runtime, detail::lease_pool_options<D>(), std::move(args)...) {}
  /// As above, and Error{invalid_argument} for options that break a rule.
  template <class... Args>
  LeasePool(Runtime& runtime, LeasePoolOptions options, Args... args)
      : LeasePool(Checked{}, runtime, (detail::check(options), options), std::move(args)...) {}
  /// stop()
  ~LeasePool() {
    if (owner_) handle_.stop_quietly();
  }
  LeasePool(const LeasePool&) = delete;
  LeasePool& operator=(const LeasePool&) = delete;

  /// Waits up to checkout_timeout for a resource. Throws Error{timeout}.
  Lease<Resource> acquire() { return acquire(handle_.checkout_timeout()); }
  /// Waits up to `timeout`; at 0 it takes what try_acquire would. The time that `healthy` takes on
  /// this thread counts, but does not end it. `priority` is for a Waiting that looks at it. A
  /// handler that holds all the pool has waits in vain for itself: its deadline ends that.
  Lease<Resource> acquire(Duration timeout, Priority priority = Priority::normal) {
    return Lease<Resource>{handle_.acquire(timeout, priority)};
  }
  /// What is idle, or else a new resource where there may be more, made on this thread; nothing
  /// where all are lent or it cannot be made. Does not wait for others.
  std::optional<Lease<Resource>> try_acquire() {
    const detail::Lent lent = handle_.try_acquire();
    if (!lent.entry) return std::nullopt;
    return std::optional<Lease<Resource>>{std::in_place, lent};
  }
  /// A lease for later, within checkout_timeout: Error{timeout} in the future else. At 0 it is what
  /// try_acquire would take. One in a future that nobody reads goes back; a cancelled request
  /// leaves the queue at once, one whose future is gone when its turn comes.
  Future<Lease<Resource>> acquire_async() { return acquire_async(handle_.checkout_timeout()); }
  Future<Lease<Resource>> acquire_async(Duration timeout, Priority priority = Priority::normal) {
    auto* const pending = new detail::LeaseReply<Resource>;
    detail::ReplyPtr<Lease<Resource>> reply{pending};
    handle_.request(std::make_unique<detail::LeaseRequestOf<Resource>>(*pending), timeout,
                    priority);
    return {handle_.runtime(), std::move(reply), detail::never};
  }

  /// Calls f(resource) with a resource of its own, and returns what that returns, a value. What it
  /// throws passes, and the resource is discarded. The timeout is for the wait alone.
  template <class F>
  std::invoke_result_t<F, Resource&> run(F&& f) {
    return run(std::forward<F>(f), handle_.checkout_timeout());
  }
  template <class F>
  std::invoke_result_t<F, Resource&> run(F&& f, Duration timeout) {
    static_assert(!std::is_reference_v<std::invoke_result_t<F, Resource&>>,
                  "poolder: a function given to run must return a value, not a reference: the "
                  "resource is somebody else's when it returns");
    const Lease<Resource> lease = acquire(timeout);
    return std::invoke(std::forward<F>(f), *lease);
  }

  /// Makes the pool that much larger, within max_size, and the resources for it, on this thread;
  /// for callers that wait meanwhile other threads make some of them. What cannot be made is tried
  /// again later. Throws Error{invalid_argument} for 0.
  void add_idle(std::size_t count) { handle_.add_idle(count); }
  /// Closes so many of the idle resources, oldest first, and makes the pool smaller, not below
  /// min_size; what is alive beyond its size goes first. Throws Error{invalid_argument} for 0.
  void remove_idle(std::size_t count) { handle_.remove_idle(count); }

  LeaseStatus status() const { return handle_.status(); }
  /// Of a stopped pool too.
  LeaseStats stats() const { return handle_.stats(); }
  /// As given in the options; lives as long as this object.
  std::string_view name() const noexcept { return handle_.name(); }

  /// Takes no more callers, refuses who waits, destroys what is idle and waits up to
  /// LeasePoolOptions::shutdown until what is lent has been given back and destroyed; says on
  /// stderr how much never was. That is destroyed when it comes back, and no hook is called. May be
  /// called again; each call returns when the pool has stopped. Inside one of the definition's
  /// functions, or a resource's destructor, it only begins the end: it does not wait for what is
  /// lent.
  void stop() { handle_.stop(); }

  /// For poolder's engines.
  std::shared_ptr<detail::EngineCore> core() const { return handle_.core(); }
  /// For Ref.
  LeasePool(detail::Attach, std::shared_ptr<detail::EngineCore> core) noexcept
      : handle_(detail::LeaseHandle::attach(std::move(core))), owner_(false) {}

 private:
  struct Checked {};

  template <class... Args>
  LeasePool(Checked, Runtime& runtime, LeasePoolOptions options, Args... args)
      : handle_(detail::LeaseHandle::start(
            runtime.core(),
            {detail::type_name<LeasePool>(), detail::lease_type<D>, options,
             std::make_unique<detail::LeaseDefinitionFactoryOf<D, Args...>>(std::move(args)...)})) {
  }

  detail::LeaseHandle handle_;
  bool owner_ = true;
};

}  // namespace poolder
