// What operations in the cell leave to be done outside of it, and what the passing of time asks
// for.

#include <algorithm>
#include <utility>

#include "lease/lease_core.hpp"

namespace poolder::detail {

// ---------------------------------------------------------------- in the cell

// The last step of each operation that may have changed what is wanted.
void LeaseCore::conclude(Effects& effects) noexcept {
  want_creations(effects);
  if (effects.jobs > 0) keep(effects);
  if (is_stopping() && definition_ && lent_ == 0 && handlers() == 0) end_definition(effects);
  settle(effects.told);
}

void LeaseCore::keep(Effects& effects) noexcept {
  if (!effects.kept) effects.kept = shared_from_this();
}

// Destroyed once the cell is left, which counts as a handler.
void LeaseCore::end_definition(Effects& effects) noexcept {
  keep(effects);
  effects.ended = std::move(definition_);
  effects.generation = handler_begins();
  ++effects.closings;
}

// When it began to be one too many: what lay idle before the pool was over its size lingers from
// then on. Releases within the size do not look at the clock, so their idle_since may be an old
// one.
Ticks LeaseCore::surplus_since(const LeaseEntry& entry) const noexcept {
  return std::max(entry.idle_since, overfull_since_);
}

void LeaseCore::rearm(Effects& effects) noexcept {
  const LeaseEntry* const oldest = idle_.oldest();
  if (!oldest) return;
  const Ticks linger_at = after(surplus_since(*oldest), options_.overflow_linger);
  if (alive() > size_ && linger_at != never && linger_.wants_arming())
    effects.linger_at = linger_at;
  const Ticks aging_at = after(oldest->idle_since, options_.max_idle);
  if (aging_at != never && alive() > options_.min_size && aging_.wants_arming())
    effects.aging_at = aging_at;
}

void LeaseCore::collect_old(Ticks now, Effects& effects) noexcept {
  while (LeaseEntry* oldest = idle_.oldest()) {
    const bool lingered =
        alive() > size_ && after(surplus_since(*oldest), options_.overflow_linger) <= now;
    const bool aged = has_times_ && alive() > options_.min_size &&
                      after(oldest->idle_since, options_.max_idle) <= now;
    if (!lingered && !aged) break;
    idle_.withdraw(*oldest);
    ++retired_;
    close(*oldest, effects);
    if (!lingered) kept_ = std::min(kept_, alive());
  }
}

// ---------------------------------------------------------------- not in the cell

void LeaseCore::carry_out(Effects& effects) noexcept {
  while (Waiter* const each = effects.next_told())
    if (LeaseEntry* const unwanted = each->tell()) pass_on(*unwanted, effects);
  for (; effects.jobs > 0; --effects.jobs) schedule_creation();
  if (effects.retry_at != never) retry_.arm(effects.retry_at);
  if (effects.linger_at != never) linger_.arm(effects.linger_at);
  if (effects.aging_at != never) aging_.arm(effects.aging_at);
  if (effects.closings > 0) clear(effects);
  tell(effects.told);
}

// Destroys resources and definitions, which is user code.
void LeaseCore::clear(Effects& effects) noexcept {
  const void* activation = nullptr;
  {
    InHandler here{*this, nullptr};
    activation = here.activation();
    for (LeaseEntry* each = effects.closing; each; each = each->next) destroy(*each);
    effects.hooks = nullptr;
    effects.ended = nullptr;
  }
  Effects after;
  in_cell([&] {
    while (LeaseEntry* each = effects.closing) {
      effects.closing = each->next;
      if (each->takes_place && each->life == life_.load(std::memory_order_relaxed)) --closing_;
      each->state = LeaseEntry::State::free;
      each->next = std::exchange(free_, each);
    }
    for (; effects.closings > 0; --effects.closings)
      handler_ends(effects.generation, activation, effects.told);
    conclude(after);
  });
  carry_out(after);
}

// On a scheduler thread. Should it not come to that, where the job is dropped.
void LeaseCore::clear_elsewhere(Effects& effects) noexcept {
  if (effects.closings == 0) return;
  const auto clear_and_tell =
      [self = std::static_pointer_cast<LeaseCore>(shared_from_this())](Effects* later) {
        self->clear(*later);
        self->tell(later->told);
        delete later;
      };
  std::shared_ptr<Effects> later{new Effects, clear_and_tell};
  later->take_closing(effects);
  run_detached(runtime(), [later = std::move(later)] {});
}

Ticks LeaseCore::look_at_retry() {
  Effects effects;
  const Ticks now = runtime().now();
  const Ticks next = in_cell([&] {
    if (is_running() && now < retry_at_) return retry_at_;
    retry_.rest();
    may_probe_ = failing_;
    conclude(effects);
    return never;
  });
  carry_out(effects);
  return next;
}

// The clock's thread runs no user code: what has grown old is closed on another. The alarm rests
// once that has looked.
void LeaseCore::reap_soon(Alarm<LeaseCore> LeaseCore::*alarm) {
  run_detached(runtime(), [weak = weak_from_this(), alarm] {
    const auto self = std::static_pointer_cast<LeaseCore>(weak.lock());
    if (self) self->reap((*self).*alarm);
  });
}

Ticks LeaseCore::look_at_lingering() { return reap_soon(&LeaseCore::linger_), never; }
Ticks LeaseCore::look_at_aged() { return reap_soon(&LeaseCore::aging_), never; }

void LeaseCore::reap(Alarm<LeaseCore>& alarm) noexcept {
  const Ticks now = runtime().now();
  Effects effects;
  in_cell([&] {
    alarm.rest();
    if (!is_running()) return;
    collect_old(now, effects);
    rearm(effects);
    conclude(effects);
  });
  carry_out(effects);
}

}  // namespace poolder::detail
