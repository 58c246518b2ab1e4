#include "runtime/monitors.hpp"

#include <utility>

#include "runtime/registry.hpp"

namespace poolder::detail {

Subscription Monitors::monitor(Pid pid, Callback callback) {
  auto subscriber = std::make_shared<Subscriber>(core_.weak_from_this());
  cell_.enter([&] { watchers_[pid.value()].push_back({subscriber, std::move(callback)}); });
  // Listed first, then asked: an end that comes in between finds the watcher.
  if (!core_.registry().owns(pid)) tell(take(pid), pid, remembered(pid));
  return Subscription{std::move(subscriber)};
}

void Monitors::ended(Pid pid, const ExitReason& reason) {
  Ended end{pid, reason};
  cell_.enter([&] { std::swap(recent_[ends_++ % recent_.size()], end); });
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
  return cell_.enter([&] {
    for (const Ended& each : recent_)
      if (each.pid == pid) return each.reason;
    return ExitReason{ExitReason::Kind::normal, "no such worker, or it ended long ago"};
  });
}

void Monitors::tell(std::vector<Watcher> watchers, Pid pid, const ExitReason& reason) {
  for (Watcher& each : watchers) {
    run_detached(core_,
                 [subscriber = std::move(each.subscriber), callback = std::move(each.callback), pid,
                  reason] { subscriber->run([&] { callback(pid, reason); }); });
  }
}

}  // namespace poolder::detail
