#pragma once

#include <atomic>
#include <memory>
#include <vector>

#include <poolder/runtime/detail/message.hpp>
#include <poolder/runtime/detail/op_cell.hpp>
#include <poolder/runtime/detail/timer.hpp>

namespace poolder::detail {

class Slot;
class SlotOwner;

/// The jobs of an owner's slots that wait for their next attempt. Any thread.
class Backoffs {
 public:
  /// Takes the job, and puts it at the back of the slot's queue after `delay`.
  void add(std::shared_ptr<SlotOwner> owner, Slot& slot, Message* message, Duration delay);
  /// Takes no more. The jobs that waited.
  std::vector<Message*> close(SlotOwner& owner);
  /// Takes jobs again.
  void reopen();
  std::size_t size() const noexcept { return size_.load(std::memory_order_seq_cst); }

 private:
  struct Waiting;

  void link(Waiting& waiting);
  bool unlink(Waiting& waiting);

  OpCell cell_;
  Waiting* first_ = nullptr;
  bool closed_ = false;
  std::atomic<std::size_t> size_{0};
};

}  // namespace poolder::detail
