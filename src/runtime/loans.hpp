#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <utility>
#include <vector>

namespace poolder::detail {

class Loans;

/// Something that a worker has borrowed, as long as it has it.
struct Loan {
  /// How to take it back, once nobody can return it unseen any more.
  struct Recall {
    std::shared_ptr<void> kept;  ///< whatever the loan lies in
    std::uint64_t ticket = 0;    ///< of this time that it is lent
  };

  virtual Recall recall() noexcept = 0;
  /// The borrower has failed. It may have been returned, and lent again, since recall().
  virtual void forfeit(std::uint64_t ticket) noexcept = 0;

  std::atomic<Loans*> borrower{nullptr};  ///< null: none, or it has failed

  // Guarded by the borrower's lock.
  Loan* previous = nullptr;
  Loan* next = nullptr;

 protected:
  ~Loan() = default;
};

/// What one worker has borrowed: so that it can be taken back when the worker fails, be it in a
/// handler that never returns.
///
/// Thread safety: any thread. Locks are shared by many workers and outlive them all, so whoever
/// finds a loan's borrower may look whether it still is, without keeping that alive.
class Loans {
 public:
  Loans() = default;
  ~Loans();
  Loans(const Loans&) = delete;
  Loans& operator=(const Loans&) = delete;

  /// False: this worker has failed, and borrows no more.
  bool add(Loan& loan) noexcept;
  /// It has been returned, or goes elsewhere.
  static void remove(Loan& loan) noexcept;
  using Recalled = std::vector<std::pair<Loan*, Loan::Recall>>;
  /// The worker has failed or was killed, and borrows no more. What it had is to be forfeited,
  /// where no lock is held; this object may be gone by then.
  [[nodiscard]] Recalled revoke();
  static void forfeit(const Recalled& recalled) noexcept {
    for (const auto& [loan, recall] : recalled) loan->forfeit(recall.ticket);
  }

  /// Of the handler that the calling thread is in; null: it is in none of a worker's.
  static Loans* mine() noexcept;

 private:
  void detach(Loan& loan) noexcept;

  Loan* first_ = nullptr;
  bool revoked_ = false;
};

}  // namespace poolder::detail
