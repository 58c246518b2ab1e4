#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <memory>
#include <string>
#include <vector>

#include <poolder/core/histogram.hpp>
#include <poolder/lease/detail/lease_handle.hpp>

#include "lease/hand.hpp"
#include "lease/idle_entries.hpp"
#include "lease/lease_entry.hpp"
#include "lease/waiter.hpp"
#include "lease/waiters.hpp"
#include "runtime/alarm.hpp"
#include "runtime/engine.hpp"

namespace poolder::detail {

/// A lease pool, but for the types.
///
/// What is in the cell are counts and lists alone; resources are made, checked, reset and destroyed
/// outside of it, each by whoever has it. An operation in the cell leaves in an Effects what is to
/// be done after.
///
/// Thread safety: public functions from any thread.
///
/// Invariants, whenever nobody is in the cell.
/// 1. Each entry is free, idle, lent (to a borrower or on its way to or from one), forfeited (its
/// borrower has failed, but has it still) or closing (about to be destroyed). lent_ counts what is
/// lent of this life; strays_ what is forfeited, or was lent by a life before.
/// 2. lent + idle + creating + closing <= capacity(), the grown or shrunk of now, but for what was
/// lent when the pool shrank. closing_ leaves out what was a stray.
/// 3. Nothing is idle while somebody waits.
/// 4. While somebody waits and capacity is free, so many are being created for those who wait, or,
/// where creation fails, a look is due at retry_at_. creating_ counts these, and those reserved_
/// for an add_idle that makes one after another, and those lending_ to who makes them.
/// 5. While lent_ + strays_ > 0, something holds the core: the registry while it runs, self_ from
/// the begin of the stop on until the strays have come back. So a lease needs no reference of its
/// own, but what is a stray holds the definition that it was made by.
/// 6. The hand is open only until begin_stop, while nobody waits, nothing is beyond the size, and
/// there are no strays. What is at hand counts as lent. So every operation takes it in first and
/// shuts the hand, but for those that only read, and the two that nearly every loan consists of.
class LeaseCore final : public Engine {
 public:
  static std::shared_ptr<LeaseCore> start(const std::shared_ptr<RuntimeCore>& runtime,
                                          LeaseBlueprint blueprint);
  LeaseCore(std::shared_ptr<RuntimeCore> runtime, LeaseBlueprint blueprint);
  ~LeaseCore() override;

  Lent acquire(Duration timeout, Priority priority);
  Lent try_acquire();
  void request(std::unique_ptr<LeaseRequest> request, Duration timeout, Priority priority);
  void add_idle(std::size_t count);
  void remove_idle(std::size_t count);
  LeaseStatus status() const;
  LeaseStats stats() const;
  EngineStats engine_stats() const override;
  const LeasePoolOptions& options() const noexcept { return options_; }
  void stop_quietly() noexcept;

  // For leases.
  void give_back(LeaseEntry& entry, bool discard) noexcept;
  void forfeit(LeaseEntry& entry, std::uint64_t ticket) noexcept;

  // For waiters that are told.
  Lent lend(LeaseEntry& entry, Ticks since) noexcept;
  void hand_on(LeaseEntry& entry) noexcept;  ///< who was to get it does not want it any more
  /// At its deadline, or cancelled. False: it is, or will be, told.
  bool withdraw(Waiter& waiter, bool is_late) noexcept;
  std::exception_ptr too_late() const;
  std::exception_ptr has_stopped() const;

  // For jobs and alarms.
  void create_for(std::uint32_t life) noexcept;
  std::shared_ptr<void> shared_core() { return shared_from_this(); }

 private:
  struct Effects;
  struct Making;
  enum class Fate { kept, discarded, retired };

  // Engine
  bool is_idle() const noexcept override;
  bool may_end() const noexcept override { return lent_ == 0 && !definition_; }
  void begin_stop() override;
  void give_up_rest() override;
  void begin_again() override;
  void take_back() override;
  void has_restarted() override;

  // In the cell.
  /// Runs an operation there, which finds the hand shut.
  template <class F>
  auto in_cell(F&& operation) {
    return cell_.enter([&] {
      if (LeaseEntry* const entry = hand_.shut()) take_in(*entry);
      return operation();
    });
  }
  void take_in(LeaseEntry& entry) noexcept {
    --lent_;
    idle_.add(entry);
  }
  void put_at_hand(LeaseEntry& entry) noexcept {
    ++entry.turn;
    entry.was_borrowed = false;
    if (LeaseEntry* const older = hand_.open_with(entry)) take_in(*older);
  }
  std::uint64_t acquired() const noexcept;
  std::size_t alive() const noexcept { return lent_ + idle_.size(); }
  std::size_t capacity() const noexcept;
  std::size_t coming() const noexcept { return creating_ - reserved_ - lending_; }
  bool wants_creation() const noexcept;
  LeaseStatus status_now() const noexcept;
  std::vector<std::uint64_t> numbers_lent();
  std::string never_given_back(std::size_t left, const std::vector<std::uint64_t>& numbers,
                               std::uint64_t lent_in_all) const;

  bool is_counted(const LeaseEntry& entry) const noexcept {
    return entry.state == LeaseEntry::State::lent &&
           entry.life == life_.load(std::memory_order_relaxed);
  }
  LeaseEntry* take_idle() noexcept {
    LeaseEntry* const next = idle_.take();
    if (next) begin_loan(*next);
    return next;
  }
  void begin_loan(LeaseEntry& entry) noexcept {
    entry.state = LeaseEntry::State::lent;
    entry.was_borrowed = false;
    ++entry.turn;
    acquired_ += entry.again.load(std::memory_order_relaxed);
    entry.again.store(0, std::memory_order_relaxed);
    entry.number = ++acquired_;
    ++lent_;
    if (busy_) [[unlikely]]
      busy_.add({&entry, entry.uses, entry.number});
  }
  void end_loan(LeaseEntry& entry) noexcept;
  void serve(Waiter& waiter, LeaseEntry& entry) noexcept;
  void place(LeaseEntry& entry, Ticks now, Effects& effects) noexcept;
  void keep(Effects& effects) noexcept;
  void close(LeaseEntry& entry, Effects& effects) noexcept;
  void end_definition(Effects& effects) noexcept;
  bool take_in_again(LeaseEntry& entry, Fate fate, bool checked, Ticks now,
                     Effects& effects) noexcept;
  void want_creations(Effects& effects) noexcept;
  void begin_making(Making& making) noexcept;
  void end_making(Making& making, Effects& effects) noexcept;
  void note_success(Making& making, bool is_ours, Effects& effects) noexcept;
  void note_failure(Making& making, bool is_ours, Effects& effects) noexcept;
  bool begin_here(Making& making) noexcept;
  bool begin_reserved(Making& making, std::uint32_t life) noexcept;
  void conclude(Effects& effects) noexcept;
  Ticks surplus_since(const LeaseEntry& entry) const noexcept;
  void collect_old(Ticks now, Effects& effects) noexcept;
  void rearm(Effects& effects) noexcept;

  // Not in the cell.
  Lent acquire_slowly(LeaseEntry* entry, Duration timeout, Priority priority);
  Lent acquire_at_once(LeaseEntry* entry);
  LeaseEntry* take_at_hand() noexcept;
  LeaseEntry* take_or_wait(BlockedWaiter& waiter, Ticks deadline);
  LeaseEntry* wait_for(BlockedWaiter& waiter, Ticks deadline);
  LeaseEntry* take_or_make(bool& is_good);
  LeaseEntry* take_at_once();
  void answer_at_once(AsyncWaiter& waiter);
  LeaseEntry* take_or_list(AsyncWaiter& waiter);
  Lent lend_here(LeaseEntry& entry, Ticks since);
  bool is_fit(LeaseEntry& entry) noexcept;
  bool is_of_this_life(const LeaseEntry& entry) const noexcept;
  Fate fate_of(LeaseEntry& entry) noexcept;
  void give_back_slowly(LeaseEntry& entry, Fate fate) noexcept;
  void discard_elsewhere(LeaseEntry& entry) noexcept;
  void pass_on(LeaseEntry& entry, Effects& effects) noexcept;
  bool is_forfeited(const LeaseEntry& entry) const noexcept;
  void make(Making& making) noexcept;
  LeaseEntry* make_place();
  void schedule_creation();
  void make_some(std::size_t count, std::uint32_t life);
  void fill();
  void carry_out(Effects& effects) noexcept;
  void clear(Effects& effects) noexcept;
  void clear_elsewhere(Effects& effects) noexcept;
  void destroy(LeaseEntry& entry) noexcept;
  [[noreturn]] void fail_late() const;
  Ticks look_at_retry();
  Ticks look_at_lingering();
  Ticks look_at_aged();
  void reap(Alarm<LeaseCore>& alarm) noexcept;
  void reap_soon(Alarm<LeaseCore> LeaseCore::*alarm);

  const LeaseType& type_;
  const LeasePoolOptions options_;  // but for its name
  const std::unique_ptr<LeaseDefinitionFactory> factory_;
  const bool has_times_;  // each release looks at the clock
  const bool checks_;     // the definition has `healthy`
  const bool has_fate_;   // what comes back is reset, or may be too old
  const bool returns_slowly_;
  const bool has_hand_;

  alignas(64) Hand hand_;

  // In the cell; those of each acquire and release first.
  std::atomic<std::uint32_t> life_{0};  // read by anyone
  std::size_t size_;
  std::size_t lent_ = 0;        // what is at hand included
  std::uint64_t acquired_ = 0;  // without what the entries count in `again`
  IdleEntries idle_;
  Preference<ResourceHandle> busy_;
  Waiters waiters_;
  std::shared_ptr<void> definition_;
  std::shared_ptr<void> self_;
  std::size_t strays_ = 0;
  std::size_t kept_ = 0;  // so many are kept alive without demand
  std::size_t creating_ = 0;
  std::size_t queued_ = 0;    // of those, not begun
  std::size_t reserved_ = 0;  // of those, not begun and of an add_idle
  std::size_t lending_ = 0;   // of those, for who makes it
  std::size_t closing_ = 0;
  Ticks overfull_since_ = 0;  // when more than size_ were alive, the last time that began
  bool failing_ = false;
  bool may_probe_ = false;  // failing, and the next try is due
  Ticks retry_at_ = 0;
  std::string last_failure_;
  LeaseEntry* free_ = nullptr;
  LeaseEntry* all_ = nullptr;
  std::uint64_t created_ = 0, failed_ = 0, discarded_ = 0, retired_ = 0, timeouts_ = 0;

  Alarm<LeaseCore> retry_, linger_, aging_;
  Histogram waited_, held_;
};

/// What is to be done once the cell is left, in this order.
struct LeaseCore::Effects {
  Waiter* first_told = nullptr;
  Waiter* last_told = nullptr;
  std::size_t jobs = 0;  // creations
  Ticks retry_at = never, linger_at = never, aging_at = never;
  LeaseEntry* closing = nullptr;
  std::size_t closings = 0;
  std::shared_ptr<void> hooks;  // the definition, where its `discard` is asked
  std::shared_ptr<void> ended;  // a definition that has done its duty
  Generation generation = 0;    // of what is closed
  Told told;
  std::shared_ptr<void> kept;  // the core, last

  Waiter* next_told() noexcept {
    Waiter* const next = first_told;
    if (next) first_told = next->next;
    if (!first_told) last_told = nullptr;
    return next;
  }
  void take_told(Effects& others) noexcept {
    if (!others.first_told) return;
    (last_told ? last_told->next : first_told) = std::exchange(others.first_told, nullptr);
    last_told = std::exchange(others.last_told, nullptr);
  }
  void take_closing(Effects& others) noexcept {
    closing = std::exchange(others.closing, nullptr);
    closings = std::exchange(others.closings, 0);
    hooks = std::move(others.hooks);
    ended = std::move(others.ended);
    generation = others.generation;
  }
  void tell(Waiter& waiter) noexcept {
    (last_told ? last_told->next : first_told) = &waiter;
    last_told = &waiter;
    waiter.next = nullptr;
  }
};

/// One resource on its way into the world.
struct LeaseCore::Making {
  std::shared_ptr<void> definition;
  LeaseEntry* entry = nullptr;
  std::uint32_t life = 0;
  Generation generation = 0;
  const void* activation = nullptr;
  Ticks now = 0;
  std::exception_ptr error;
  std::string why;
  bool lends = false;  // to who makes it; else it is placed
};

}  // namespace poolder::detail
