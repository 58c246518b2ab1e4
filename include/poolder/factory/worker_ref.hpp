#pragma once

#include <utility>

#include <poolder/factory/detail/child_ref.hpp>
#include <poolder/runtime/pid.hpp>

namespace poolder {

/// Names one worker object of a FactoryPool, by which it is sent to. Copyable; outlives the worker,
/// the factory and the runtime. After a crash the worker's successor has another pid, so it is
/// found by FactoryPool::list, not through this. A default-constructed one names nobody. Any
/// thread.
template <class W>
class WorkerRef {
 public:
  using Worker = W;

  WorkerRef() noexcept = default;

  Pid pid() const noexcept { return ref_.pid(); }
  /// False once the worker has crashed, said exit(), or been terminated.
  bool alive() const noexcept { return ref_.alive(); }

  bool operator==(const WorkerRef& other) const noexcept { return pid() == other.pid(); }

  /// For poolder's engines.
  explicit WorkerRef(detail::ChildRef ref) noexcept : ref_(std::move(ref)) {}
  const detail::ChildRef& untyped() const noexcept { return ref_; }

 private:
  detail::ChildRef ref_;
};

}  // namespace poolder
