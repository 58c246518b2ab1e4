#pragma once

#include <exception>
#include <memory>
#include <utility>

#include <poolder/lease/detail/lent.hpp>
#include <poolder/lease/lease.hpp>
#include <poolder/runtime/detail/reply.hpp>

namespace poolder::detail {

/// Somebody's place among those who wait for a lease.
class LeaseWait {
 public:
  virtual ~LeaseWait() = default;
  /// He does not want it any more. Without effect once he has been served or refused.
  virtual void give_up() noexcept = 0;
};

/// Who asked for a lease, and does not wait for it but is told. Exactly one of take and refuse is
/// called, once, with no cell held; none where it was cancelled.
class LeaseRequest {
 public:
  virtual ~LeaseRequest() = default;
  /// It is about to wait, at that place.
  virtual void waits(const std::shared_ptr<LeaseWait>& place) noexcept = 0;
  /// False: it was cancelled, or nobody would read the answer; nothing is lent to it.
  virtual bool starts() noexcept = 0;
  virtual void take(Lent lent) noexcept = 0;
  virtual void refuse(std::exception_ptr why) noexcept = 0;
};

/// The answer to such a request; a cancelled one waits no more.
template <class R>
class LeaseReply final : public PendingReply<Lease<R>> {
 public:
  void on_withdrawn() noexcept override {
    if (const auto place = place_.lock()) place->give_up();
  }
  /// Before anybody could withdraw it.
  void waits(const std::shared_ptr<LeaseWait>& place) noexcept { place_ = place; }

 private:
  std::weak_ptr<LeaseWait> place_;
};

template <class R>
class LeaseRequestOf final : public LeaseRequest {
 public:
  explicit LeaseRequestOf(LeaseReply<R>& reply) noexcept : reply_(reply), answer_(reply) {}

  void waits(const std::shared_ptr<LeaseWait>& place) noexcept override { reply_.waits(place); }
  bool starts() noexcept override { return !reply_.is_abandoned() && reply_.start(); }
  void take(Lent lent) noexcept override {
    reply_.answer_with([&] { return Lease<R>{lent}; });
  }
  void refuse(std::exception_ptr why) noexcept override { reply_.fail(std::move(why)); }

 private:
  LeaseReply<R>& reply_;
  Answer<Lease<R>> answer_;  // keeps it
};

}  // namespace poolder::detail
