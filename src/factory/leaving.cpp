// Children that end, one by one, by the group, or with the factory; and the slots that they leave.

#include <algorithm>
#include <utility>

#include "factory/factory_core.hpp"

namespace poolder::detail {

namespace {

constexpr std::size_t at_once = 256;  // children, at an entry of the cell
constexpr Duration a_moment = std::chrono::milliseconds{1};

}  // namespace

ExitReason FactoryCore::reason_of(FactoryChild::Ended how) const {
  if (how == FactoryChild::Ended::stopped) return reason();
  if (how == FactoryChild::Ended::exited) return {ExitReason::Kind::normal, {}};
  return {ExitReason::Kind::shutdown, "it was terminated"};
}

ExitReason FactoryCore::closing_reason(const FactoryChild& child) const {
  return cell_.enter([&] { return reason_of(child.ended); });
}

// Out of its group, which the factory forgets when nobody is left in it.
void FactoryCore::leave(FactoryChild& child, FactoryChild::Ended how) {
  ChildGroup& group = *child.group;
  group.members.erase(child.link);
  child.ended = how;
  if (group.dissolved) return;
  --members_;
  if (!group.members.empty()) return;
  group.dissolved = true;
  groups_.erase(groups_.find(group.name));
}

// Nobody finds the child from here on. `pid` is whom dismiss() took from its slot; nobody: it is
// ending already, and left alone.
void FactoryCore::end(FactoryChild& child, Pid pid, FactoryChild::Ended how, Ticks now,
                      Dismissed& dismissed) {
  if (pid == Pid{}) return;
  leave(child, how);
  child.due = after(now, options_.shutdown);
  fresh_.push_back(child.link);
  dismissed.children.emplace_back(child.shared_from_this(), pid);
  dismissed.look_again |= !std::exchange(looks_again_, true);
}

void FactoryCore::close(const Dismissed& dismissed, FactoryChild::Ended how) {
  if (dismissed.children.empty()) return;
  const ExitReason reason = cell_.enter([&] { return reason_of(how); });
  for (const auto& [child, pid] : dismissed.children) child->close_dismissed(pid, reason);
  if (dismissed.look_again) run_later(a_moment, &FactoryCore::look_again);
}

bool FactoryCore::terminate(Pid pid) {
  check_thread();
  const Ticks now = runtime().now();
  Dismissed dismissed;
  cell_.enter([&] {
    FactoryChild* child = at(pid);
    if (child && child->dismiss(pid, reason_of(FactoryChild::Ended::terminated)))
      end(*child, pid, FactoryChild::Ended::terminated, now, dismissed);
  });
  close(dismissed, FactoryChild::Ended::terminated);
  return !dismissed.children.empty();
}

std::size_t FactoryCore::terminate_group(std::string_view name) {
  check_thread();
  const Ticks now = runtime().now();
  const auto group = cell_.enter([&]() -> std::shared_ptr<ChildGroup> {
    const auto known = groups_.find(name);
    if (known == groups_.end()) return nullptr;
    std::shared_ptr<ChildGroup> found = std::move(known->second);
    groups_.erase(known);
    found->dissolved = true;
    members_ -= found->members.size();
    return found;
  });
  std::size_t ended = 0;
  const ExitReason reason = reason_of(FactoryChild::Ended::terminated);
  while (group) {
    Dismissed dismissed;
    const bool more = cell_.enter([&] {
      for (std::size_t i = 0; i < at_once && !group->members.empty(); ++i) {
        FactoryChild& child = *group->members.front();
        end(child, child.dismiss(reason), FactoryChild::Ended::terminated, now, dismissed);
      }
      return !group->members.empty();
    });
    close(dismissed, FactoryChild::Ended::terminated);
    ended += dismissed.children.size();
    if (!more) break;
  }
  return ended;
}

// Its own slot closes it, as soon as the worker is gone.
void FactoryCore::child_exits(FactoryChild& child) {
  cell_.enter([&] {
    if (child.dismiss(reason_of(FactoryChild::Ended::exited)) != Pid{})
      leave(child, FactoryChild::Ended::exited);
  });
}

// Given back by the dozen: each time costs a look at every scheduler thread.
void FactoryCore::child_closed(FactoryChild& child) {
  Handler handler{nullptr, nullptr};
  child.drop_arguments();
  (void)handler.end();
  const Generation generation = child.kind().generation();
  Children batch;
  Told told;
  cell_.enter([&] {
    if (child.link.list) child.link.list->erase(child.link);
    retired_.push_back(std::move(children_[child.index()]));
    free_.push_back(child.index());
    --open_;
    if (retired_.size() >= 64 || open_ == 0) batch.swap(retired_);
    handler_ends(generation, static_cast<const Slot*>(&child), told);
  });
  if (!batch.empty()) runtime().release_later(std::make_shared<Children>(std::move(batch)));
  tell(told);
}

// ---------------------------------------------------------------- handlers that do not end

void FactoryCore::run_later(Duration delay, void (FactoryCore::*job)()) {
  run_after(runtime(), delay, [engine = weak_from_this(), job] {
    if (const auto self = engine.lock()) (static_cast<FactoryCore&>(*self).*job)();
  });
}

// A handler that began just as its slot was asked to close was missed by the first look.
void FactoryCore::look_again() {
  for (;;) {
    Children some;
    cell_.enter([&] {
      for (std::size_t i = 0; i < at_once && !fresh_.empty(); ++i) {
        FactoryChild& child = *fresh_.front();
        fresh_.erase(child.link);
        late_.push_back(child.link);
        some.push_back(child.shared_from_this());
      }
    });
    for (const auto& child : some) child->request_stop();
    if (some.size() < at_once) break;
  }
  const Ticks now = runtime().now();
  bool again = false;
  Ticks due = never;
  cell_.enter([&] {
    again = looks_again_ = !fresh_.empty();
    if (hurries_ || late_.empty()) return;
    due = late_.front()->due;
    hurries_ = due != never;
  });
  if (again) run_later(a_moment, &FactoryCore::look_again);
  if (due != never) run_later(Duration{std::max(due - now, Ticks{0})}, &FactoryCore::hurry);
}

void FactoryCore::abandon_overdue() {
  std::size_t left = cell_.enter([&] { return overdue_.size(); });
  while (left > 0) {
    Children some;
    cell_.enter([&] {
      for (; left > 0 && some.size() < at_once && !overdue_.empty(); --left) {
        FactoryChild& child = *overdue_.front();
        overdue_.erase(child.link);
        overdue_.push_back(child.link);
        some.push_back(child.shared_from_this());
      }
    });
    if (some.empty()) return;
    for (const auto& child : some) child->abandon();
  }
}

// A slot that cannot be taken, because its handler has only just begun or because a constructor or
// destructor runs, is looked at again until it has closed.
void FactoryCore::hurry() {
  const Ticks now = runtime().now();
  cell_.enter([&] {
    while (!late_.empty() && late_.front()->due <= now) run_out(*late_.front());
  });
  abandon_overdue();
  Ticks next = never;
  cell_.enter([&] {
    if (!overdue_.empty()) {
      next = after(now, a_moment);
    } else if (!late_.empty()) {
      next = late_.front()->due;
    }
    hurries_ = next != never;
  });
  if (next != never) run_later(Duration{std::max(next - now, Ticks{0})}, &FactoryCore::hurry);
}

void FactoryCore::run_out(FactoryChild& child) {
  child.link.list->erase(child.link);
  overdue_.push_back(child.link);
}

void FactoryCore::handler_abandoned(Generation generation) {
  cell_.enter([&] {
    if (generation == this->generation()) handler_begins();
  });
}

void FactoryCore::abandoned_ended(Generation generation) {
  Told told;
  cell_.enter([&] { handler_ends(generation, nullptr, told); });
  tell(told);
}

// ---------------------------------------------------------------- the factory's end

void FactoryCore::begin_stop() {
  std::map<std::string, std::shared_ptr<ChildGroup>, std::less<>> gone;
  std::vector<std::shared_ptr<ChildKind>> kinds;
  cell_.enter([&] {
    gone.swap(groups_);
    for (const auto& [name, group] : gone) group->dissolved = true;
    members_ = 0;
    for (const auto& [type, kind] : kinds_) kinds.push_back(kind);
  });
  const Ticks now = runtime().now();
  bool more = true;
  for (std::size_t next = 0; more;) {
    Dismissed dismissed;
    cell_.enter([&] {
      const std::size_t stop = std::min(next + at_once, children_.size());
      for (; next < stop; ++next)
        if (FactoryChild* child = children_[next].get())
          end(*child, child->dismiss(reason()), FactoryChild::Ended::stopped, now, dismissed);
      more = next < children_.size();
    });
    close(dismissed, FactoryChild::Ended::stopped);
  }
  // Last: a message may own the factory, and so wait until all children have ended.
  for (const auto& kind : kinds)
    for (Message* each : kind->backoffs().close(*kind))
      kind->give_up_message(each, ErrorCode::stopped, "the factory has stopped");
}

void FactoryCore::give_up_rest() {
  cell_.enter([&] {
    for (ChildList* list : {&fresh_, &late_})
      while (!list->empty()) run_out(*list->front());
  });
  hurry();
}

}  // namespace poolder::detail
