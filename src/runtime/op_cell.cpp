#include <thread>

#include <poolder/runtime/detail/op_cell.hpp>

#include "runtime/relax.hpp"

namespace poolder::detail {

void OpCell::wait_for(Operation& mine) {
  Operation* head = head_.load(std::memory_order_relaxed);
  do {
    mine.next = head == idle() ? nullptr : head;
  } while (!head_.compare_exchange_weak(head, &mine, std::memory_order_acq_rel,
                                        std::memory_order_relaxed));

  if (head != idle()) {
    wait(mine);
    if (mine.state.load(std::memory_order_acquire) == done) return;
  }
  serve();  // runs its own first or last, wherever it stands in the chain
}

void OpCell::serve() noexcept {
  constexpr int most = 64;
  for (int served = 0;; ++served) {
    if (!batch_) {
      Operation* each = head_.exchange(nullptr, std::memory_order_acquire);
      while (each) {  // oldest first
        Operation* older = each->next;
        each->next = batch_;
        batch_ = each;
        each = older;
      }
    }
    if (!batch_) {
      Operation* expected = nullptr;
      if (head_.compare_exchange_strong(expected, idle(), std::memory_order_release,
                                        std::memory_order_relaxed))
        return;
      continue;
    }
    Operation& next = *batch_;
    if (served >= most) {
      finish(next, holder);  // its thread goes on from here, beginning with its own
      return;
    }
    batch_ = next.next;
    next.run(next);
    finish(next, done);
  }
}

// The operation may be gone as soon as its state is set; only its address is used after.
void OpCell::finish(Operation& operation, int state) noexcept {
  std::atomic<int>& word = operation.state;
  if (word.exchange(state, std::memory_order_acq_rel) == asleep) word.notify_one();
}

void OpCell::wait(Operation& operation) noexcept {
  std::atomic<int>& word = operation.state;
  for (int i = 0; i < 64; ++i) {
    if (word.load(std::memory_order_acquire) != waiting) return;
    relax();
  }
  for (int i = 0; i < 4; ++i) {
    std::this_thread::yield();
    if (word.load(std::memory_order_acquire) != waiting) return;
  }
  int expected = waiting;
  if (word.compare_exchange_strong(expected, asleep, std::memory_order_acq_rel))
    word.wait(asleep, std::memory_order_acquire);
}

}  // namespace poolder::detail
