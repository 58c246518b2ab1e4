#pragma once

#include <cstdint>
#include <exception>
#include <memory>

#include <poolder/core/duration.hpp>
#include <poolder/lease/detail/lease_request.hpp>
#include <poolder/runtime/detail/timer.hpp>
#include <poolder/runtime/detail/wait_point.hpp>
#include <poolder/runtime/priority.hpp>

#include "lease/lease_entry.hpp"

namespace poolder::detail {

/// Somebody who waits for a lease. Listed in the cell; whoever unlists him there, to serve or to
/// refuse him, tells him once the cell is left, exactly once. One that has withdrawn is not told.
class Waiter {
 public:
  explicit Waiter(Priority its_priority) noexcept : priority(its_priority) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;

  /// Not in the cell. What he was given and does not want any more; null: nothing. He may be gone
  /// as soon as it returns.
  virtual LeaseEntry* tell() noexcept = 0;

  const Priority priority;
  LeaseEntry* given = nullptr;  ///< null, and told: the pool stops
  Ticks since = 0;              ///< when he asked
  bool listed = false;
  std::uint64_t arrival = 0;
  Waiter* previous = nullptr;
  Waiter* next = nullptr;  ///< in the list, or among those who are to be told

 protected:
  ~Waiter() = default;
};

/// One who waits in acquire, on his own stack.
class BlockedWaiter final : public Waiter {
 public:
  using Waiter::Waiter;
  LeaseEntry* tell() noexcept override { return point.signal(), nullptr; }

  WaitPoint point;
};

/// One who will be told, and his deadline.
///
/// Two hold him, each for itself: the list or whoever is to tell him, and the clock while the timer
/// is armed.
class AsyncWaiter final : public Waiter,
                          public Timer,
                          public LeaseWait,
                          public std::enable_shared_from_this<AsyncWaiter> {
 public:
  AsyncWaiter(std::shared_ptr<LeaseCore> pool, std::unique_ptr<LeaseRequest> request,
              Priority its_priority) noexcept
      : Waiter(its_priority), Timer(&due), pool_(std::move(pool)), request_(std::move(request)) {}

  /// Before it is listed, and before the timer is armed.
  void kept_by_list() noexcept {
    by_list_ = shared_from_this();
    request_->waits(by_list_);
  }
  void kept_by_clock() noexcept { by_clock_ = shared_from_this(); }

  LeaseEntry* tell() noexcept override;
  void give_up() noexcept override;
  /// Not in the cell; for whoever has unlisted him, or has not listed him yet. As tell().
  LeaseEntry* take(LeaseEntry& entry) noexcept;
  void refuse(std::exception_ptr why) noexcept;

 private:
  static void due(Timer& timer) noexcept;
  void disarm() noexcept;

  const std::shared_ptr<LeaseCore> pool_;
  std::unique_ptr<LeaseRequest> request_;
  std::shared_ptr<AsyncWaiter> by_list_, by_clock_;
};

}  // namespace poolder::detail
