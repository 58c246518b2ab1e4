#include "runtime/loans.hpp"

#include <array>
#include <cstddef>
#include <cstdint>

#include <poolder/runtime/detail/leaving.hpp>

#include "runtime/activation.hpp"
#include "runtime/relax.hpp"

namespace poolder::detail {

namespace {

struct alignas(64) Lock {
  std::atomic_flag held;
};

Lock& lock_of(const Loans* borrower) noexcept {
  static std::array<Lock, 64> locks;
  return locks[(reinterpret_cast<std::uintptr_t>(borrower) >> 6) % locks.size()];
}

class Locked {
 public:
  explicit Locked(const Loans* borrower) noexcept : lock_(lock_of(borrower)) {
    while (lock_.held.test_and_set(std::memory_order_acquire)) relax();
  }
  ~Locked() { lock_.held.clear(std::memory_order_release); }
  Locked(const Locked&) = delete;
  Locked& operator=(const Locked&) = delete;

 private:
  Lock& lock_;
};

}  // namespace

Loans::~Loans() {
  const Locked locked{this};
  while (first_) detach(*first_);
}

bool Loans::add(Loan& loan) noexcept {
  const Locked locked{this};
  if (revoked_) return false;
  loan.previous = nullptr;
  loan.next = first_;
  if (first_) first_->previous = &loan;
  first_ = &loan;
  loan.borrower.store(this, std::memory_order_release);
  return true;
}

void Loans::remove(Loan& loan) noexcept {
  while (Loans* borrower = loan.borrower.load(std::memory_order_acquire)) {
    const Locked locked{borrower};
    // Only under its lock is it known to be there still.
    if (loan.borrower.load(std::memory_order_relaxed) == borrower) borrower->detach(loan);
  }
}

void Loans::detach(Loan& loan) noexcept {
  (loan.previous ? loan.previous->next : first_) = loan.next;
  if (loan.next) loan.next->previous = loan.previous;
  loan.borrower.store(nullptr, std::memory_order_release);
}

Loans::Recalled Loans::revoke() {
  Recalled recalled;
  const Locked locked{this};
  revoked_ = true;
  while (first_) {
    recalled.emplace_back(first_, first_->recall());
    detach(*first_);
  }
  return recalled;
}

Loans* Loans::mine() noexcept {
  const Activation* handler = Activation::current();
  return handler ? handler->loans() : nullptr;
}

Leaving::Leaving() noexcept : left_(Loans::mine()) {
  if (left_) Activation::current()->lend_to(nullptr);
}

Leaving::~Leaving() {
  if (left_) Activation::current()->lend_to(left_);
}

}  // namespace poolder::detail
