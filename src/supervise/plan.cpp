#include "supervise/plan.hpp"

#include <algorithm>
#include <utility>

namespace poolder::detail {

namespace {

bool wants_restart(Restart restart, bool abnormally) noexcept {
  return restart == Restart::permanent || (restart == Restart::transient && abnormally);
}

}  // namespace

Plan::Plan(Strategy strategy, RestartPolicy allowed) : strategy_(strategy), window_(allowed) {}

const Plan::Member* Plan::find(Id child) const noexcept {
  const auto at = std::find_if(members_.begin(), members_.end(),
                               [child](const Member& each) { return each.id == child; });
  return at == members_.end() ? nullptr : &*at;
}

Plan::Member* Plan::find(Id child) noexcept {
  return const_cast<Member*>(std::as_const(*this).find(child));
}

void Plan::add(Id child, Restart restart) { add_all({{child, restart}}); }

void Plan::add_all(const std::vector<std::pair<Id, Restart>>& children) {
  adding_ = true;
  for (const auto& [id, restart] : children) {
    members_.push_back({.id = id, .restart = restart});
    steps_.push_back({Step::Kind::start, id});
  }
}

Plan::Verdict Plan::ended(Id child, std::uint64_t life, bool abnormally, Ticks now) {
  Member* member = find(child);
  if (!member || member->state != State::up || member->life != life) return Verdict::go_on;
  member->state = State::ended;
  if (wants_restart(member->restart, abnormally)) {
    if (!window_.admit(now)) return Verdict::give_up;
    ++restarts_;
    restart(child);
    return Verdict::go_on;
  }
  member->wanted = false;
  member->leaving = member->restart == Restart::temporary;
  steps_.push_back({Step::Kind::stop, child});
  return Verdict::go_on;
}

Plan::Verdict Plan::retry(Id child, Ticks now) {
  const Member* member = find(child);
  if (!member || member->state != State::restarting) return Verdict::go_on;
  if (!window_.admit(now)) return Verdict::give_up;
  ++restarts_;
  restart(child);
  return Verdict::go_on;
}

void Plan::terminate(Id child) {
  Member& member = *find(child);
  member.wanted = false;
  member.leaving = true;
  steps_.push_back({Step::Kind::stop, child});
}

void Plan::stop_all() {
  steps_.clear();
  for (Member& each : members_) each.wanted = false;
  stop_in_reverse(0, members_.size());
}

// The children that the strategy names are stopped in reverse, then started in order. One that had
// ended for good is started too; a temporary one is only stopped, and forgotten.
void Plan::restart(Id child) {
  std::size_t first = 0, last = members_.size();
  if (strategy_ != Strategy::one_for_all)
    while (members_[first].id != child) ++first;
  if (strategy_ == Strategy::one_for_one) last = first + 1;
  stop_in_reverse(first, last);
  for (std::size_t i = first; i < last; ++i) {
    Member& each = members_[i];
    each.leaving = each.restart == Restart::temporary;
    each.wanted = !each.leaving;
    if (each.wanted) steps_.push_back({Step::Kind::start, each.id});
  }
}

void Plan::stop_in_reverse(std::size_t first, std::size_t last) {
  while (last-- > first) steps_.push_back({Step::Kind::stop, members_[last].id});
}

std::optional<Plan::Step> Plan::next() {
  while (!steps_.empty()) {
    const Step step = steps_.front();
    Member& member = *find(step.child);
    if (step.kind == Step::Kind::start) {
      ++member.life;
      return step;
    }
    if (member.state == State::up || member.state == State::ended) return step;
    steps_.pop_front();  // nothing to stop
    settle_stop(member);
  }
  adding_ = false;
  return std::nullopt;
}

Plan::Outcome Plan::done(bool succeeded) {
  const Step step = steps_.front();
  steps_.pop_front();
  Member& member = *find(step.child);
  if (step.kind == Step::Kind::stop) {
    settle_stop(member);
  } else if (succeeded) {
    member.state = State::up;
  } else {
    steps_.clear();
    if (adding_) {
      forget(step.child);
      return Outcome::failed;
    }
    member.state = State::restarting;
    return Outcome::try_again;
  }
  return Outcome::nothing;
}

void Plan::settle_stop(Member& member) {
  member.state = State::down;
  if (member.leaving) forget(member.id);
}

void Plan::forget(Id child) {
  std::erase_if(members_, [child](const Member& each) { return each.id == child; });
  forgotten_.push_back(child);
}

bool Plan::is_up(Id child) const noexcept {
  const Member* member = find(child);
  return member && member->state == State::up;
}

std::uint64_t Plan::life(Id child) const noexcept {
  const Member* member = find(child);
  return member ? member->life : 0;
}

std::size_t Plan::count() const noexcept {
  return static_cast<std::size_t>(std::count_if(members_.begin(), members_.end(),
                                                [](const Member& each) { return each.wanted; }));
}

bool Plan::all_down() const noexcept {
  return std::all_of(members_.begin(), members_.end(), [](const Member& each) {
    return each.state == State::down || each.state == State::restarting;
  });
}

}  // namespace poolder::detail
