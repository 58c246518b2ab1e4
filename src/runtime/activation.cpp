#include "runtime/activation.hpp"

#include <mutex>
#include <vector>

#include "runtime/relax.hpp"

namespace poolder::detail {

namespace {

// Records of threads that have ended, for the next ones.
struct FreeActivations {
  std::mutex mutex;
  std::vector<Activation*> outermost;

  static FreeActivations& instance() {
    static FreeActivations* all = new FreeActivations;  // never destroyed, as the records
    return *all;
  }
};

}  // namespace

struct ActivationStack {
  Activation* outermost;
  Activation* current = nullptr;

  ActivationStack() {
    FreeActivations& all = FreeActivations::instance();
    std::lock_guard lock(all.mutex);
    if (all.outermost.empty()) {
      outermost = new Activation;
    } else {
      outermost = all.outermost.back();
      all.outermost.pop_back();
    }
  }
  ~ActivationStack() {
    FreeActivations& all = FreeActivations::instance();
    std::lock_guard lock(all.mutex);
    all.outermost.push_back(outermost);
  }

  Activation& push() {
    Activation*& next = current ? current->inner_ : outermost;
    if (!next) [[unlikely]] {
      next = new Activation;
      next->outer_ = current;
    }
    current = next;
    return *next;
  }

  static ActivationStack& mine() {
    thread_local ActivationStack* known =
        nullptr;  // spares each use the check of a thread_local with a destructor
    if (!known) [[unlikely]] {
      thread_local ActivationStack stack;
      known = &stack;
    }
    return *known;
  }
};

Activation::Here Activation::here() noexcept {
  const ActivationStack& mine = ActivationStack::mine();
  return {&mine, mine.current};
}

Activation* Activation::current() noexcept { return ActivationStack::mine().current; }

Activation& Activation::outermost() noexcept { return *ActivationStack::mine().outermost; }

Activation& Activation::begin(void* cell, const MessageType* task, Loans* loans,
                              Ticks now) noexcept {
  Activation& mine = ActivationStack::mine().push();
  mine.cell_.store(cell, std::memory_order_relaxed);
  mine.task_.store(task, std::memory_order_release);
  mine.began_.store(now, std::memory_order_release);
  mine.loans_ = loans;
  mine.word_.store(mine.word_.load(std::memory_order_relaxed) | running, std::memory_order_release);
  return mine;
}

std::uint64_t Activation::end() noexcept {
  ActivationStack::mine().current = outer_;
  std::uint64_t word = word_.load(std::memory_order_relaxed) & ~locked;
  for (;;) {
    const std::uint64_t over = (word & ~(running | taken | unseated)) + number;
    if (word_.compare_exchange_weak(word, over, std::memory_order_acq_rel,
                                    std::memory_order_relaxed))
      return word & (taken | unseated);
    while (word & locked) {
      relax();
      word = word_.load(std::memory_order_relaxed);
    }
  }
}

bool Activation::lock(const void* cell) noexcept {
  std::uint64_t word = word_.load(std::memory_order_relaxed);
  while (word & running) {
    if (word & (locked | taken)) {
      if (word & taken) return false;
      relax();
      word = word_.load(std::memory_order_relaxed);
      continue;
    }
    if (!word_.compare_exchange_weak(word, word | locked, std::memory_order_acquire,
                                     std::memory_order_relaxed))
      continue;
    if (cell_.load(std::memory_order_relaxed) == cell) return true;
    unlock();
    return false;
  }
  return false;
}

void Activation::unlock(std::uint64_t add_flags) noexcept {
  const std::uint64_t word = word_.load(std::memory_order_relaxed);
  word_.store((word & ~locked) | add_flags, std::memory_order_release);
}

bool Activation::unseat(std::uint64_t word) noexcept {
  if ((word & running) == 0 || (word & (locked | unseated)) != 0) return false;
  return word_.compare_exchange_strong(word, word | unseated, std::memory_order_acq_rel,
                                       std::memory_order_relaxed);
}

Ticks Activation::watch(Ticks now) noexcept {
  const std::uint64_t word = word_.load(std::memory_order_acquire);
  if ((word & running) == 0) return 0;
  if ((word / number) != (seen_word_.load(std::memory_order_relaxed) / number))
    seen_since_.store(now, std::memory_order_relaxed);
  seen_word_.store(word, std::memory_order_relaxed);
  return now - seen_since_.load(std::memory_order_relaxed);
}

Activation::Run Activation::run_of(const void* cell) const noexcept {
  const std::uint64_t word = word_.load(std::memory_order_acquire);
  if ((word & running) == 0 || (word & taken) != 0) return {};
  if (cell_.load(std::memory_order_relaxed) != cell) return {};
  return {this, word / number};
}

bool Activation::runs(const void* cell) const noexcept {
  const std::uint64_t word = word_.load(std::memory_order_acquire);
  return (word & running) != 0 && (word & taken) == 0 &&
         cell_.load(std::memory_order_relaxed) == cell;
}

}  // namespace poolder::detail
