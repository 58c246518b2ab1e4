#include "lease/lease_core.hpp"

#include <algorithm>
#include <new>
#include <utility>

#include <poolder/core/error.hpp>

#include "runtime/registry.hpp"
#include "runtime/relax.hpp"

namespace poolder::detail {

LeaseCore::LeaseCore(std::shared_ptr<RuntimeCore> runtime, LeaseBlueprint blueprint)
    : Engine(std::move(runtime), {"LeasePool", blueprint.type, blueprint.options.name},
             blueprint.options.shutdown),
      type_(blueprint.definition),
      options_(blueprint.options),
      factory_(std::move(blueprint.factory)),
      has_times_(options_.max_idle != infinity),
      checks_(type_.healthy != nullptr),
      has_fate_(type_.reset || options_.max_lifetime != infinity),
      returns_slowly_(has_times_ || type_.busy.make),
      has_hand_(!checks_ && !returns_slowly_ && type_.idle.plain == PlainOrder::newest_first),
      size_(options_.size),
      idle_(type_.idle),
      busy_(type_.busy),
      waiters_(type_.waiting),
      definition_(factory_->make()),
      retry_(*this, &LeaseCore::look_at_retry),
      linger_(*this, &LeaseCore::look_at_lingering),
      aging_(*this, &LeaseCore::look_at_aged) {}

// Whoever has given back the last lease may still be on its way out of the cell, perhaps serving
// this one's operations: nobody is once an operation has run on this thread.
LeaseCore::~LeaseCore() {
  const void* const mine = Activation::here().thread;
  while (cell_.enter([] { return Activation::here().thread; }) != mine) relax();
  if (LeaseEntry* const entry = hand_.shut()) take_in(*entry);
  while (LeaseEntry* each = idle_.take()) type_.destroy(each->resource);
  const std::align_val_t alignment{std::max(alignof(LeaseEntry), type_.alignment)};
  while (all_) {
    LeaseEntry* const each = std::exchange(all_, all_->next_of_all);
    each->~LeaseEntry();
    ::operator delete(static_cast<void*>(each), alignment);
  }
}

std::shared_ptr<LeaseCore> LeaseCore::start(const std::shared_ptr<RuntimeCore>& runtime,
                                            LeaseBlueprint blueprint) {
  check(blueprint.options);
  runtime->check_thread();
  runtime->registry().check_free("LeasePool", blueprint.options.name);
  auto core = std::make_shared<LeaseCore>(runtime, std::move(blueprint));
  core->fill();
  try {
    core->open();
  } catch (...) {
    core->stop();
    throw;
  }
  core->has_restarted();
  return core;
}

void LeaseCore::stop_quietly() noexcept {
  try {
    stop();
  } catch (...) {
    report_hook("stop", std::current_exception());
  }
}

// ---------------------------------------------------------------- what it says of itself

std::size_t LeaseCore::capacity() const noexcept {
  const std::size_t room = options_.max_size - size_;
  return size_ + std::min(options_.max_overflow, room);
}

LeaseStatus LeaseCore::status_now() const noexcept {
  LeaseStatus status;
  const std::size_t at_hand = hand_.holds_one() ? 1 : 0;
  status.idle = idle_.size() + at_hand;
  status.busy = lent_ - at_hand;
  status.overflow = alive() > size_ ? alive() - size_ : 0;
  status.waiting = waiters_.size();
  status.state = status.busy >= capacity() ? LeaseStatus::State::full
                 : status.busy < size_     ? LeaseStatus::State::ready
                                           : LeaseStatus::State::overflow;
  return status;
}

std::uint64_t LeaseCore::acquired() const noexcept {
  std::uint64_t count = acquired_;
  for (const LeaseEntry* each = all_; each; each = each->next_of_all)
    count += each->again.load(std::memory_order_relaxed);
  return count;
}

LeaseStatus LeaseCore::status() const {
  check_thread();
  return cell_.enter([&] { return status_now(); });
}

EngineStats LeaseCore::engine_stats() const {
  EngineStats stats = EngineCore::engine_stats();
  cell_.enter([&] {
    const LeaseStatus now = status_now();
    stats.size = now.idle + now.busy;
    stats.busy = now.busy;
    stats.queued = now.waiting;
    stats.processed = acquired();
    stats.failed = failed_;
    stats.dropped = discarded_;
  });
  return stats;
}

LeaseStats LeaseCore::stats() const {
  check_thread();
  LeaseStats stats;
  stats.name = name();
  cell_.enter([&] {
    stats.size = size_;
    stats.now = status_now();
    stats.creating = creating_;
    stats.never_given = strays_;
    stats.acquired = acquired();
    stats.created = created_;
    stats.failed = failed_;
    stats.discarded = discarded_;
    stats.retired = retired_;
    stats.timeouts = timeouts_;
  });
  stats.waited = waited_.stats();
  stats.held = held_.stats();
  return stats;
}

bool LeaseCore::is_idle() const noexcept {
  return handlers() == 0 && status_now().busy == 0 && creating_ == 0 && waiters_.empty();
}

}  // namespace poolder::detail
