#pragma once

#include <atomic>
#include <cstdint>
#include <memory>

#include <poolder/core/duration.hpp>

#include "runtime/loans.hpp"

namespace poolder::detail {

class LeaseCore;

/// A place for one resource after another, with what the pool knows of it; the resource lies behind
/// it. Stays where it is until its pool is gone.
struct LeaseEntry final : Loan {
  LeaseEntry(LeaseCore& its_pool, void* place) noexcept : pool(its_pool), resource(place) {}

  Recall recall() noexcept override;
  void forfeit(std::uint64_t ticket) noexcept override;

  LeaseCore& pool;
  void* const resource;

  // Whoever has it: the pool's cell while it is idle or free, its holder while it is lent.
  void* maker = nullptr;      ///< the definition's object that made the resource
  Ticks born = 0;             ///< 0 unless lifetimes are limited
  Ticks lent_since = 0;       ///< 0: this time is not sampled
  bool was_borrowed = false;  ///< by a worker, this time
  /// How often it has been lent from the hand since its loan of that number. Read by anyone.
  std::atomic<std::uint64_t> again{0};
  std::shared_ptr<void> definition;  ///< of its own, where it was lent by a life that is over

  // In the cell.
  enum class State : std::uint8_t { free, idle, lent, forfeited, closing } state = State::free;
  bool discarded = false;     ///< closing, and the definition's `discard` is to be asked
  bool takes_place = false;   ///< closing, and counts against the capacity until it is gone
  std::uint32_t life = 0;     ///< of the pool's, in which it was made
  std::uint64_t uses = 0;     ///< how often it became idle, where a collection orders that
  std::uint64_t arrival = 0;  ///< among what is idle, where a collection orders that
  std::uint64_t number = 0;   ///< of its last loan by the cell, among all that are counted there
  std::uint64_t turn =
      0;  ///< ticket of a recall; grows each time that it is lent or put at hand in the cell
  Ticks idle_since = 0;         ///< 0: it matters to nobody
  LeaseEntry* older = nullptr;  ///< of those that are idle
  LeaseEntry* newer = nullptr;
  LeaseEntry* next = nullptr;  ///< of those that are free, or about to be destroyed
  LeaseEntry* next_of_all = nullptr;
};

/// False: that worker has failed, and borrows no more.
inline bool lent_to(Loans& borrower, LeaseEntry& entry) noexcept {
  entry.was_borrowed = true;
  return borrower.add(entry);
}

}  // namespace poolder::detail
