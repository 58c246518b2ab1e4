// How a pool begins, ends and begins again, and how its size changes.

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include <poolder/core/error.hpp>

#include "lease/lease_core.hpp"
#include "runtime/log.hpp"

namespace poolder::detail {

// ---------------------------------------------------------------- begin

// The first resources; nobody else is there yet.
void LeaseCore::fill() {
  const std::size_t count = options_.lazy ? 0 : size_;
  const std::uint32_t life = in_cell([&] {
    kept_ = creating_ = reserved_ = count;
    return life_.load(std::memory_order_relaxed);
  });
  make_some(count, life);
}

void LeaseCore::has_restarted() {
  Effects effects;
  in_cell([&] {
    if (failing_ && is_running() && retry_.wants_arming()) effects.retry_at = retry_at_;
    if (is_running()) rearm(effects);
    conclude(effects);
  });
  carry_out(effects);
}

// What is lent from the life before stays with its borrowers, and is closed when it comes back.
void LeaseCore::begin_again() {
  auto made = factory_->make();
  Effects effects;
  in_cell([&] {
    // Left by a start that failed.
    while (LeaseEntry* each = idle_.take()) close(*each, effects);
    life_.fetch_add(1, std::memory_order_relaxed);
    std::swap(definition_, made);
    size_ = options_.size;
    strays_ += lent_;
    lent_ = creating_ = queued_ = reserved_ = lending_ = closing_ = 0;
    failing_ = may_probe_ = false;
  });
  carry_out(effects);
  fill();
}

// ---------------------------------------------------------------- end

void LeaseCore::take_back() {
  Effects effects;
  in_cell([&] {
    while (LeaseEntry* each = idle_.take()) close(*each, effects);
    end_definition(effects);
  });
  carry_out(effects);
}

void LeaseCore::begin_stop() {
  Effects effects;
  in_cell([&] {
    while (Waiter* each = waiters_.take()) effects.tell(*each);
    while (LeaseEntry* each = idle_.take()) close(*each, effects);
    creating_ -= std::exchange(queued_, 0) + std::exchange(reserved_, 0);
    self_ = lent_ + strays_ > 0 ? shared_from_this() : nullptr;
    conclude(effects);
  });
  carry_out(effects);
  retry_.cancel();
  linger_.cancel();
  aging_.cancel();
}

// Who borrowed what, by the order of Busy; else as they were lent.
std::vector<std::uint64_t> LeaseCore::numbers_lent() {
  std::vector<std::uint64_t> numbers;
  const auto is_lent = [this](const LeaseEntry& entry) {
    return entry.state == LeaseEntry::State::lent &&
           entry.life == life_.load(std::memory_order_relaxed);
  };
  if (busy_) {
    const auto is_live = [&](const ResourceHandle& each) {
      const auto& entry = *static_cast<LeaseEntry*>(each.resource());
      return is_lent(entry) && entry.number == each.arrival();
    };
    while (numbers.size() < lent_) {
      const auto next = busy_.pop(is_live);
      if (!next) break;
      numbers.push_back(next->arrival());
    }
    return numbers;
  }
  for (const LeaseEntry* each = all_; each; each = each->next_of_all)
    if (is_lent(*each))
      numbers.push_back(each->number + each->again.load(std::memory_order_relaxed));
  std::sort(numbers.begin(), numbers.end());
  return numbers;
}

// Whoever has something still may be in one of the definition's functions: what they need of it
// stays until they end.
void LeaseCore::give_up_rest() {
  std::shared_ptr<void> definition;
  std::vector<std::uint64_t> numbers;
  std::size_t left = 0;
  std::uint64_t lent_in_all = 0;
  in_cell([&] {
    left = lent_;
    lent_in_all = acquired();
    numbers = numbers_lent();
    for (LeaseEntry* each = all_; each; each = each->next_of_all)
      if (each->state == LeaseEntry::State::lent || each->state == LeaseEntry::State::forfeited)
        if (!each->definition) each->definition = definition_;
    definition = std::move(definition_);
  });
  if (left > 0) log(never_given_back(left, numbers, lent_in_all));
}

// What leaked at the start has a low number. Loans from the hand are counted by their resource
// until that goes through the cell again, so with several borrowers the numbers are about.
std::string LeaseCore::never_given_back(std::size_t left, const std::vector<std::uint64_t>& numbers,
                                        std::uint64_t lent_in_all) const {
  constexpr std::size_t most = 10;
  std::string line = std::to_string(left);
  line.append(" of its leases (").append(type_.resource_name);
  line.append(") had not been given back when it stopped: of ");
  line.append(std::to_string(lent_in_all)).append(" lent in all, number ");
  for (std::size_t i = 0; i < std::min(numbers.size(), most); ++i)
    line.append(i == 0 ? "" : ", ").append(std::to_string(numbers[i]));
  return line.append(numbers.size() > most ? ", ..." : "");
}

// ---------------------------------------------------------------- size

void LeaseCore::add_idle(std::size_t count) {
  check_thread();
  if (count == 0) fail(ErrorCode::invalid_argument, "add_idle adds at least 1 resource, not 0");
  Effects effects;
  std::size_t grown = 0, missing = 0;
  std::uint32_t life = 0;
  const bool open = in_cell([&] {
    if (!is_running()) return false;
    grown = std::min(count, options_.max_size - size_);
    size_ += grown;
    kept_ = std::min(size_, kept_ + grown);
    life = life_.load(std::memory_order_relaxed);
    const std::size_t with_those = alive() + creating_;
    const std::size_t room = capacity() - std::min(capacity(), with_those + closing_);
    if (with_those < kept_) missing = std::min({grown, kept_ - with_those, room});
    creating_ += missing;
    reserved_ += missing;
    conclude(effects);
    return true;
  });
  if (!open) std::rethrow_exception(has_stopped());
  carry_out(effects);
  if (grown < count)
    log_once(64, std::to_string(count - grown) + " resources were not added, for max_size is " +
                     std::to_string(options_.max_size));
  make_some(missing, life);
}

void LeaseCore::remove_idle(std::size_t count) {
  check_thread();
  if (count == 0)
    fail(ErrorCode::invalid_argument, "remove_idle removes at least 1 resource, not 0");
  Effects effects;
  std::size_t left = count;
  const bool open = in_cell([&] {
    if (!is_running()) return false;
    for (; left > 0 && idle_.size() > 0; --left) {
      const bool is_beyond = alive() > size_;
      if (!is_beyond && size_ <= options_.min_size) break;
      LeaseEntry& oldest = *idle_.oldest();
      idle_.withdraw(oldest);
      ++retired_;
      close(oldest, effects);
      if (!is_beyond) --size_;
    }
    kept_ = std::min(kept_, size_);
    conclude(effects);
    return true;
  });
  if (!open) std::rethrow_exception(has_stopped());
  carry_out(effects);
  if (left > 0)
    log_once(128, std::to_string(left) + " resources were not removed: so many are not idle, or " +
                      "min_size is " + std::to_string(options_.min_size));
}

}  // namespace poolder::detail
