// Who there is, and what goes to all of a group.

#include <utility>

#include <poolder/core/error.hpp>

#include "factory/factory_core.hpp"

namespace poolder::detail {

/// Visits those who are in a group, a few hundred at an entry of the cell: everyone who is in it
/// throughout, once.
class FactoryCore::Walk {
 public:
  Walk(FactoryCore& factory, std::shared_ptr<ChildGroup> group)
      : cell_(factory.cell_), group_(std::move(group)) {
    cell_.enter([&] {
      group_->members.push_front(here_);
      group_->members.push_back(end_);  // who comes later stands behind it
    });
  }
  ~Walk() {
    cell_.enter([&] {
      group_->members.erase(here_);
      group_->members.erase(end_);
    });
  }
  Walk(const Walk&) = delete;
  Walk& operator=(const Walk&) = delete;

  /// Empty: that was all.
  Children next() {
    constexpr std::size_t most = 256;
    Children some;
    some.reserve(most);
    cell_.enter([&] {
      while (!over_ && some.size() < most) {
        const ChildLink* link = group_->members.step(here_);
        if (link == &end_) over_ = true;
        if (link->child) some.push_back(link->child->shared_from_this());
      }
    });
    return some;
  }

 private:
  OpCell& cell_;
  const std::shared_ptr<ChildGroup> group_;
  ChildLink here_, end_;
  bool over_ = false;
};

std::size_t FactoryCore::count(std::string_view group) const {
  return cell_.enter([&] {
    const auto known = groups_.find(group);
    return known == groups_.end() ? 0 : known->second->members.size();
  });
}

std::size_t FactoryCore::count_all() const {
  return cell_.enter([&] { return members_; });
}

std::vector<Pid> FactoryCore::list(std::string_view group) const {
  std::vector<Pid> pids;
  cell_.enter([&] {
    const auto known = groups_.find(group);
    if (known == groups_.end()) return;
    pids.reserve(known->second->members.size());
    known->second->members.for_each(
        [&](const FactoryChild& child) { pids.push_back(child.pid()); });
  });
  return pids;
}

std::vector<std::pair<Pid, std::string>> FactoryCore::list_all() const {
  std::vector<std::pair<Pid, std::string>> all;
  cell_.enter([&] {
    all.reserve(members_);
    for (const auto& each : groups_)
      each.second->members.for_each(
          [&](const FactoryChild& child) { all.emplace_back(child.pid(), each.first); });
  });
  return all;
}

std::vector<std::string> FactoryCore::groups() const {
  std::vector<std::string> names;
  cell_.enter([&] {
    names.reserve(groups_.size());
    for (const auto& [name, group] : groups_) names.push_back(name);
  });
  return names;
}

std::uint64_t FactoryCore::dropped() const {
  return cell_.enter([&] {
    std::uint64_t dropped = dropped_before_;
    for (const auto& [type, kind] : kinds_) dropped += kind->dropped_so_far();
    return dropped;
  });
}

std::size_t FactoryCore::broadcast(std::string_view group, const void* identity, const void* job) {
  check_thread();
  check_open();
  const auto known = cell_.enter([&]() -> std::shared_ptr<ChildGroup> {
    const auto found = groups_.find(group);
    return found == groups_.end() ? nullptr : found->second;
  });
  if (!known) return 0;
  Walk walk{*this, known};
  std::size_t reached = 0;
  const ChildKind* kind = nullptr;
  const Delivery* delivery = nullptr;
  for (Children some = walk.next(); !some.empty(); some = walk.next()) {
    for (const std::shared_ptr<FactoryChild>& child : some) {
      if (std::exchange(kind, &child->kind()) != kind)
        delivery = kind->type().delivery_of(identity);
      if (!delivery || child->pid() == Pid{}) continue;
      Message* message = delivery->make(job);
      try {
        child->cast(message);
        ++reached;
      } catch (const Error&) {
        // It has ended this very moment.
      }
    }
  }
  return reached;
}

}  // namespace poolder::detail
