// How resources are made, where that fails, and how they are destroyed.

#include <algorithm>
#include <new>
#include <utility>

#include <poolder/core/error.hpp>

#include "lease/lease_core.hpp"

namespace poolder::detail {

namespace {

/// One creation, on a scheduler thread.
class Creation final : public Runnable {
 public:
  Creation(std::shared_ptr<LeaseCore> pool, std::uint32_t life) noexcept
      : Runnable(Priority::normal), pool_(std::move(pool)), life_(life) {}

  void run(Turn&) noexcept override {
    pool_->create_for(life_);
    delete this;
  }
  void discard() noexcept override { delete this; }

 private:
  const std::shared_ptr<LeaseCore> pool_;
  const std::uint32_t life_;
};

}  // namespace

// ---------------------------------------------------------------- in the cell

bool LeaseCore::wants_creation() const noexcept {
  const std::size_t with_those = alive() + creating_;
  const bool has_room = with_those + closing_ < capacity();
  if (waiters_.size() > coming()) return has_room || reserved_ > 0;
  return has_room && with_those < kept_;
}

// Once a creation has failed one at a time is tried, each retry_interval after the last.
void LeaseCore::want_creations(Effects& effects) noexcept {
  while (is_running() && wants_creation()) {
    if (failing_ && (creating_ > 0 || !std::exchange(may_probe_, false))) return;
    // Who waits need not wait for an add_idle to come to its next.
    const bool is_reserved = reserved_ > 0 && waiters_.size() > coming();
    is_reserved ? --reserved_ : ++creating_;
    ++queued_;
    ++effects.jobs;
  }
}

// For who makes one at once: the place of a creation that has not begun, or one of his own.
bool LeaseCore::begin_here(Making& making) noexcept {
  if (!waiters_.empty()) return false;
  if (queued_ > 0) {
    --queued_;
  } else {
    const bool has_room = reserved_ > 0 || alive() + creating_ + closing_ < capacity();
    if (!has_room || (failing_ && !std::exchange(may_probe_, false))) return false;
    reserved_ > 0 ? --reserved_ : ++creating_;
  }
  making.lends = true;
  ++lending_;
  begin_making(making);
  return true;
}

// For an add_idle of that life. False: nothing is left to be made by it.
bool LeaseCore::begin_reserved(Making& making, std::uint32_t life) noexcept {
  if (life != life_.load(std::memory_order_relaxed) || reserved_ == 0) return false;
  if (!definition_ || is_stopping()) return false;
  --reserved_;
  begin_making(making);
  return true;
}

void LeaseCore::begin_making(Making& making) noexcept {
  making.life = life_.load(std::memory_order_relaxed);
  making.definition = definition_;
  making.generation = handler_begins();
  making.entry = free_;
  if (free_) free_ = free_->next;
}

void LeaseCore::end_making(Making& making, Effects& effects) noexcept {
  const bool is_ours = making.life == life_.load(std::memory_order_relaxed);
  if (is_ours) --creating_;
  if (is_ours && making.lends) --lending_;
  making.error ? note_failure(making, is_ours, effects) : note_success(making, is_ours, effects);
  handler_ends(making.generation, making.activation, effects.told);
  conclude(effects);
}

void LeaseCore::note_success(Making& making, bool is_ours, Effects& effects) noexcept {
  ++created_;
  LeaseEntry& entry = *making.entry;
  entry.life = making.life;
  entry.maker = making.definition.get();
  entry.born = making.now;
  entry.uses = 0;
  entry.discarded = false;
  if (!is_ours || is_stopping() || !definition_) {  // too late
    making.entry = nullptr;
    return close(entry, effects);
  }
  failing_ = false;
  kept_ = std::max(kept_, std::min(size_, alive() + 1));
  if (alive() == size_) overfull_since_ = making.now;
  if (!making.lends) return place(entry, making.now, effects);
  begin_loan(entry);
  collect_old(making.now, effects);  // something may have come back meanwhile, and be too many now
  rearm(effects);
}

void LeaseCore::note_failure(Making& making, bool is_ours, Effects& effects) noexcept {
  if (LeaseEntry* const place = std::exchange(making.entry, nullptr))
    place->next = std::exchange(free_, place);
  ++failed_;
  if (!is_ours) return;
  failing_ = true;
  may_probe_ = false;
  std::swap(last_failure_, making.why);
  retry_at_ = after(making.now, options_.retry_interval);
  if (is_running() && retry_.wants_arming()) effects.retry_at = retry_at_;
}

// ---------------------------------------------------------------- not in the cell

void LeaseCore::create_for(std::uint32_t life) noexcept {
  Making making;
  const bool begins = in_cell([&] {
    if (life != life_.load(std::memory_order_relaxed) || queued_ == 0) return false;
    --queued_;
    --creating_;
    if (!is_running() || !wants_creation()) {
      may_probe_ = failing_;  // the next who wants one may try at once
      return false;
    }
    ++creating_;
    begin_making(making);
    return true;
  });
  if (begins) make(making);
}

void LeaseCore::schedule_creation() {
  auto self = std::static_pointer_cast<LeaseCore>(shared_from_this());
  runtime().schedule(*new Creation(std::move(self), life_.load(std::memory_order_relaxed)));
}

// One that has begun.
void LeaseCore::make(Making& making) noexcept {
  const auto kept = shared_from_this();
  {
    InHandler here{*this, nullptr};
    making.activation = here.activation();
    try {
      if (!making.entry) making.entry = make_place();
      type_.create(making.definition.get(), making.entry->resource);
    } catch (...) {
      making.error = std::current_exception();
      making.why = describe(making.error);
      log_once(1, "a resource could not be created: " + making.why);
    }
  }
  making.now = runtime().now();
  Effects effects;
  in_cell([&] { end_making(making, effects); });
  making.definition = nullptr;
  carry_out(effects);
}

LeaseEntry* LeaseCore::make_place() {
  const std::align_val_t alignment{std::max(alignof(LeaseEntry), type_.alignment)};
  const std::size_t offset =
      (sizeof(LeaseEntry) + type_.alignment - 1) / type_.alignment * type_.alignment;
  void* const memory = ::operator new(offset + type_.size, alignment);
  auto* const entry = ::new (memory) LeaseEntry(*this, static_cast<std::byte*>(memory) + offset);
  in_cell([&] {
    entry->next_of_all = all_;
    all_ = entry;
  });
  return entry;
}

// So many places have been reserved for it, of which others may take some. The first that fails
// ends it: the rest is tried again when that is.
void LeaseCore::make_some(std::size_t count, std::uint32_t life) {
  for (bool made = true; made && count > 0; --count) {
    Making making;
    if (!in_cell([&] { return begin_reserved(making, life); })) return;
    make(making);
    made = !making.error;
  }
  if (count == 0) return;
  Effects effects;
  in_cell([&] {
    if (life != life_.load(std::memory_order_relaxed)) return;
    const std::size_t left = std::min(count, reserved_);
    reserved_ -= left;
    creating_ -= left;
    conclude(effects);
  });
  carry_out(effects);
}

void LeaseCore::destroy(LeaseEntry& entry) noexcept {
  if (entry.discarded && type_.discard && is_of_this_life(entry)) {
    try {
      type_.discard(entry.maker, entry.resource);
    } catch (...) {
      report_hook("discard", std::current_exception());
    }
  }
  type_.destroy(entry.resource);
  entry.definition = nullptr;
}

}  // namespace poolder::detail
