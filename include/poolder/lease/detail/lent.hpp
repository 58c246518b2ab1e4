#pragma once

namespace poolder::detail {

struct LeaseEntry;

/// A resource on loan, and on which thread, within how many exceptions it was lent or last moved.
/// Whoever has one gives it back, once.
struct Lent {
  LeaseEntry* entry = nullptr;  ///< null: nothing is on loan
  void* resource = nullptr;
  const void* thread = nullptr;
  int exceptions = 0;
};

/// The same, as it is after a move on the calling thread: who runs there borrows it from now on.
[[nodiscard]] Lent moved(Lent& lent) noexcept;

/// Gives it back as it was lent; discards it where an exception unwinds that was not under way
/// then.
void end_loan(Lent& lent) noexcept;
void release_loan(Lent& lent) noexcept;
void discard_loan(Lent& lent) noexcept;

}  // namespace poolder::detail
