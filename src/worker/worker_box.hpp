#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <stop_token>

#include <poolder/runtime/pid.hpp>
#include <poolder/worker/context.hpp>
#include <poolder/worker/detail/worker_type.hpp>

#include "runtime/loans.hpp"

namespace poolder::detail {

class SlotOwner;

/// One worker object and what belongs to it alone: its pid and its stop token. The object lies
/// right behind it.
///
/// Thread safety: owned by the slot's owner; after a kill by the thread that runs its handler.
/// begin_stop may be called by others while the slot's activation is locked, which keeps the box
/// alive.
class WorkerBox final : public WorkerHost {
 public:
  /// Throws what the worker's constructor throws.
  static WorkerBox* create(SlotOwner& owner, const WorkerFactory& arguments, Pid pid);
  /// Runs the worker's destructor.
  void destroy() noexcept;

  Pid pid() const noexcept { return pid_; }
  void* worker() noexcept;
  /// What the worker has borrowed; any thread.
  Loans& loans() noexcept { return loans_; }

  /// The source to request, outside all locks; later tokens are requested from the start.
  std::stop_source begin_stop() noexcept;

  /// The slot goes on without it: its owner stays until its handler has ended.
  void abandon(std::shared_ptr<SlotOwner> owner) {
    abandoned_ = std::make_unique<std::shared_ptr<SlotOwner>>(std::move(owner));
  }
  std::shared_ptr<SlotOwner> abandoned() noexcept { return std::move(*abandoned_); }

  std::stop_token stop_token() override;
  void sleep(Duration span) override;

 private:
  WorkerBox(SlotOwner& owner, Pid pid) noexcept : owner_(owner), pid_(pid) {}
  ~WorkerBox() = default;

  static std::size_t offset(const WorkerType& type) noexcept;
  static std::size_t alignment(const WorkerType& type) noexcept;

  SlotOwner& owner_;
  const Pid pid_;
  Loans loans_;
  std::unique_ptr<std::shared_ptr<SlotOwner>>
      abandoned_;                            // rare, so a pointer: a million idle workers count
  std::stop_source stop_{std::nostopstate};  // made when first asked for; guarded by busy_
  std::atomic_flag busy_;                    // held for a few instructions
  bool stopping_ = false;                    // guarded by busy_
};

}  // namespace poolder::detail
