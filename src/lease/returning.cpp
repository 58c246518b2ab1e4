// How leases come back, and what becomes of what they held.

#include <exception>
#include <utility>

#include "lease/lease_core.hpp"
#include "lease/unwinding.hpp"

namespace poolder::detail {

// ---------------------------------------------------------------- in the cell

void LeaseCore::end_loan(LeaseEntry& entry) noexcept { is_counted(entry) ? --lent_ : --strays_; }

// A waiting caller first; then it is idle, unless there are more than there should be.
void LeaseCore::place(LeaseEntry& entry, Ticks now, Effects& effects) noexcept {
  if (Waiter* next = waiters_.take()) {
    serve(*next, entry);
    return effects.tell(*next);
  }
  const bool is_beyond = alive() + 1 > size_;
  if (is_beyond && options_.overflow_linger == Duration{0}) {
    ++retired_;
    return close(entry, effects);
  }
  idle_.add(entry);
  entry.idle_since = has_times_ || is_beyond ? now : 0;
  rearm(effects);
}

// Destroyed once the cell is left; counts as a handler until then, and against the capacity: what
// replaces it is made when it is gone. A stray's place was free before.
void LeaseCore::close(LeaseEntry& entry, Effects& effects) noexcept {
  entry.takes_place = entry.state != LeaseEntry::State::forfeited &&
                      entry.life == life_.load(std::memory_order_relaxed);
  closing_ += entry.takes_place ? 1u : 0u;
  entry.state = LeaseEntry::State::closing;
  keep(effects);
  if (entry.discarded && type_.discard) effects.hooks = definition_;
  effects.generation = handler_begins();
  entry.next = effects.closing;
  effects.closing = &entry;
  ++effects.closings;
}

// True: somebody is to get it, once it has been checked.
bool LeaseCore::take_in_again(LeaseEntry& entry, Fate fate, bool checked, Ticks now,
                              Effects& effects) noexcept {
  const bool is_ours = is_running() && is_counted(entry);
  const bool is_lost = entry.state == LeaseEntry::State::forfeited;
  if (is_ours && fate == Fate::kept && type_.healthy && !checked && !waiters_.empty()) return true;
  end_loan(entry);
  keep(effects);
  if (strays_ == 0 && (is_running() || lent_ == 0)) self_ = nullptr;
  if (is_ours && fate == Fate::kept) {
    place(entry, now, effects);
  } else {
    entry.discarded = is_ours ? fate == Fate::discarded : is_lost && is_running();
    discarded_ += is_ours && entry.discarded ? 1u : 0u;
    retired_ += is_ours && fate == Fate::retired ? 1u : 0u;
    close(entry, effects);
  }
  if (busy_)
    busy_.withdrawn(lent_ + strays_, [](const ResourceHandle& each) {
      const auto& lent = *static_cast<LeaseEntry*>(each.resource());
      return lent.state == LeaseEntry::State::lent && lent.number == each.arrival();
    });
  conclude(effects);
  return false;
}

// ---------------------------------------------------------------- not in the cell

void LeaseCore::give_back(LeaseEntry& entry, bool discard) noexcept {
  if (entry.was_borrowed) Loans::remove(entry);
  if (entry.lent_since != 0) [[unlikely]]
    held_.record(runtime().now() - std::exchange(entry.lent_since, 0));
  const Fate fate = discard ? Fate::discarded : has_fate_ ? fate_of(entry) : Fate::kept;
  if (fate != Fate::kept) return give_back_slowly(entry, fate);

  // Nearly every release does no more than this. From the end of either operation on, the pool may
  // be gone.
  if (!entry.was_borrowed && hand_.put(entry)) return;
  Waiter* served = nullptr;
  const bool done = cell_.enter([&] {
    if (returns_slowly_ || !is_running() || !is_counted(entry)) return false;
    if (waiters_.empty()) {
      if (alive() > size_) return false;
      if (has_hand_ && strays_ == 0) {
        put_at_hand(entry);
      } else {
        take_in(entry);
      }
      return true;
    }
    if (checks_) return false;
    --lent_;
    served = waiters_.take();
    serve(*served, entry);
    return true;
  });
  if (!done) return give_back_slowly(entry, fate);
  if (!served) return;
  if (LeaseEntry* const unwanted = served->tell()) unwanted->pool.hand_on(*unwanted);
}

void LeaseCore::give_back_slowly(LeaseEntry& entry, Fate fate) noexcept {
  for (bool checked = false;; checked = true) {
    const Ticks now = runtime().now();
    Effects effects;
    if (!in_cell([&] { return take_in_again(entry, fate, checked, now, effects); }))
      return carry_out(effects);
    if (!is_fit(entry)) fate = Fate::discarded;
  }
}

// It was found unfit by somebody who has a deadline to keep.
void LeaseCore::discard_elsewhere(LeaseEntry& entry) noexcept {
  Effects effects;
  const Ticks now = runtime().now();
  in_cell([&] { (void)take_in_again(entry, Fate::discarded, true, now, effects); });
  clear_elsewhere(effects);
  carry_out(effects);
}

// It was given to somebody who does not want it any more, and is as good as before.
void LeaseCore::hand_on(LeaseEntry& entry) noexcept {
  const auto kept = shared_from_this();
  Effects effects;
  pass_on(entry, effects);
  carry_out(effects);
}

// Who gets it next is told with the others of these effects, not from in here: there may be any
// number who do not want it.
void LeaseCore::pass_on(LeaseEntry& entry, Effects& effects) noexcept {
  Effects more;
  const Ticks now = runtime().now();
  in_cell([&] { (void)take_in_again(entry, Fate::kept, true, now, more); });
  effects.take_told(more);
  carry_out(more);
}

bool LeaseCore::is_of_this_life(const LeaseEntry& entry) const noexcept {
  return !is_closed() && entry.life == life_.load(std::memory_order_relaxed);
}

bool LeaseCore::is_fit(LeaseEntry& entry) noexcept {
  const InHandler here{*this, nullptr};
  try {
    return type_.healthy(entry.maker, entry.resource);
  } catch (...) {
    report_hook("healthy", std::current_exception());
    return false;
  }
}

bool LeaseCore::is_forfeited(const LeaseEntry& entry) const noexcept {
  return cell_.enter([&] { return entry.state == LeaseEntry::State::forfeited; });
}

LeaseCore::Fate LeaseCore::fate_of(LeaseEntry& entry) noexcept {
  if (entry.was_borrowed && is_forfeited(entry)) return Fate::discarded;
  if (type_.reset && is_of_this_life(entry)) {
    const InHandler here{*this, nullptr};
    try {
      type_.reset(entry.maker, entry.resource);
    } catch (...) {
      report_hook("reset", std::current_exception());
      return Fate::discarded;
    }
  }
  const bool is_old = options_.max_lifetime != infinity &&
                      runtime().now() - entry.born >= options_.max_lifetime.count();
  return is_old ? Fate::retired : Fate::kept;
}

// Its borrower has it still, but the pool goes on without it, and may end before it: the entry
// keeps what may be needed of the definition.
void LeaseCore::forfeit(LeaseEntry& entry, std::uint64_t ticket) noexcept {
  Effects effects;
  in_cell([&] {
    if (entry.turn != ticket || entry.state != LeaseEntry::State::lent) return;
    if (is_counted(entry)) {
      --lent_;
      ++strays_;
      ++discarded_;
    }
    entry.state = LeaseEntry::State::forfeited;
    if (!entry.definition) entry.definition = definition_;
    conclude(effects);
  });
  carry_out(effects);
}

Loan::Recall LeaseEntry::recall() noexcept { return {pool.shared_core(), turn}; }
void LeaseEntry::forfeit(std::uint64_t its_ticket) noexcept { pool.forfeit(*this, its_ticket); }

// ---------------------------------------------------------------- leases

Lent moved(Lent& lent) noexcept {
  Lent taken = std::exchange(lent, {});
  if (!taken.entry) return taken;
  const auto [thread, exceptions] = Unwinding::here();
  taken.thread = thread;
  taken.exceptions = exceptions;
  Loans* const borrower = Loans::mine();
  if (taken.entry->borrower.load(std::memory_order_relaxed) == borrower) return taken;
  Loans::remove(*taken.entry);
  // One that was killed gets nothing any more.
  if (borrower && !lent_to(*borrower, *taken.entry)) taken.entry->forfeit(taken.entry->turn);
  return taken;
}

void end_loan(Lent& lent) noexcept {
  if (!lent.entry) return;
  const auto [thread, exceptions] = Unwinding::here();
  const bool failed = exceptions > (lent.thread == thread ? lent.exceptions : 0);
  LeaseEntry& entry = *std::exchange(lent.entry, nullptr);
  entry.pool.give_back(entry, failed);
}

void release_loan(Lent& lent) noexcept {
  if (!lent.entry) return;
  LeaseEntry& entry = *std::exchange(lent.entry, nullptr);
  entry.pool.give_back(entry, false);
}

void discard_loan(Lent& lent) noexcept {
  if (!lent.entry) return;
  LeaseEntry& entry = *std::exchange(lent.entry, nullptr);
  entry.pool.give_back(entry, true);
}

}  // namespace poolder::detail
