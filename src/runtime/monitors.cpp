#include "runtime/monitors.hpp"

#include <utility>

#include "runtime/registry.hpp"

namespace poolder::detail {

Subscription Monitors::monitor(Pid pid, Callback callback) {
  auto subscriber = std::make_shared<Subscriber>(core_.weak_from_this());
  subscriber->when_cancelled([core = core_.weak_from_this(), pid, self = subscriber.get()] {
    if (const auto alive = core.lock()) alive->monitors().forget(pid, self);
  });
  cell_.enter([&] { watchers_[pid.value()].push_back({subscriber, std::move(callback)}); });
  // Listed first, then asked: an end that comes in between finds the watcher.
  if (!core_.registry().owns(pid)) tell(take(pid), pid, remembered(pid));
  return Subscription{std::move(subscriber)};
}

void Monitors::note(Pid pid, const ExitReason& reason) {
  cell_.enter([&] { recent_.note(pid, reason); });
}

// A cancelled subscription leaves nothing behind.
void Monitors::forget(Pid pid, const Subscriber* subscriber) {
  std::vector<Watcher> gone;  // callbacks are the user's, and destroyed outside the cell
  cell_.enter([&] {
    const auto at = watchers_.find(pid.value());
    if (at == watchers_.end()) return;
    for (Watcher& each : at->second)
      if (each.subscriber.get() == subscriber) gone.push_back(std::move(each));
    std::erase_if(at->second, [](const Watcher& each) { return !each.subscriber; });
    if (at->second.empty()) watchers_.erase(at);
  });
}

void Monitors::ended(Pid pid, const ExitReason& reason) {
  note(pid, reason);
  tell(take(pid), pid, reason);
}

std::vector<Monitors::Watcher> Monitors::take(Pid pid) {
  return cell_.enter([&] {
    std::vector<Watcher> taken;
    if (watchers_.empty()) return taken;
    if (const auto at = watchers_.find(pid.value()); at != watchers_.end()) {
      taken = std::move(at->second);
      watchers_.erase(at);
    }
    return taken;
  });
}

ExitReason Monitors::remembered(Pid pid) {
  const auto reason = cell_.enter([&] { return recent_.find(pid); });
  return reason ? *reason
                : ExitReason{ExitReason::Kind::normal, "no such worker, or it ended long ago"};
}

void Monitors::tell(std::vector<Watcher> watchers, Pid pid, const ExitReason& reason) {
  for (Watcher& each : watchers) {
    run_detached(core_, [&core = core_, subscriber = std::move(each.subscriber),
                         callback = std::move(each.callback), pid,
                         reason] { subscriber->run(core, [&] { callback(pid, reason); }); });
  }
}

}  // namespace poolder::detail
