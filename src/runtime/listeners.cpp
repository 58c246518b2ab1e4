#include "runtime/listeners.hpp"

namespace poolder::detail {

// Replaces the list. The old one, and so perhaps the last hold on a callback, goes outside the
// cell.
void ListenerList::State::change(const Subscriber* removed, std::shared_ptr<Subscriber> added) {
  std::shared_ptr<const All> before;
  cell.enter([&] {
    auto now = std::make_shared<All>();
    if (all)
      for (const auto& each : *all)
        if (each.get() != removed) now->push_back(each);
    if (added) now->push_back(added);
    count.store(now->size(), std::memory_order_release);
    before = std::exchange(all, now->empty() ? nullptr : std::move(now));
  });
}

Subscription ListenerList::add(std::shared_ptr<Subscriber> subscriber) const {
  subscriber->when_cancelled([state = std::weak_ptr<State>(state_), self = subscriber.get()] {
    if (const auto list = state.lock()) list->change(self, nullptr);
  });
  state_->change(nullptr, subscriber);
  return Subscription{std::move(subscriber)};
}

std::shared_ptr<const ListenerList::All> ListenerList::all() const {
  if (!anyone()) return nullptr;
  return state_->cell.enter([&] { return state_->all; });
}

bool ListenerList::settle(RuntimeCore& core, Ticks deadline) const {
  const auto listeners = all();
  if (!listeners) return true;
  for (const auto& each : *listeners)
    if (!each->settle(core, deadline)) return false;
  return true;
}

}  // namespace poolder::detail
