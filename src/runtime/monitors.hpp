#pragma once

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

#include <poolder/runtime/detail/core.hpp>

#include "runtime/recent_ends.hpp"
#include "runtime/subscriber.hpp"

namespace poolder::detail {

/// Who wants to hear of which worker's end. Any thread.
class Monitors {
 public:
  using Callback = std::function<void(Pid, const ExitReason&)>;

  explicit Monitors(RuntimeCore& core) : core_(core) {}

  /// Calls back once, as a job of its own: when the worker ends, or at once if it has.
  Subscription monitor(Pid pid, Callback callback);

  /// The engines report each worker's end here.
  void ended(Pid pid, const ExitReason& reason);
  /// What ended() will say, for who asks in between: before the registry ceases to know the pid.
  void note(Pid pid, const ExitReason& reason);

 private:
  struct Watcher {
    std::shared_ptr<Subscriber> subscriber;
    Callback callback;
  };

  std::vector<Watcher> take(Pid pid);
  void forget(Pid pid, const Subscriber* subscriber);
  void tell(std::vector<Watcher> watchers, Pid pid, const ExitReason& reason);
  ExitReason remembered(Pid pid);

  RuntimeCore& core_;
  OpCell cell_;
  std::unordered_map<std::uint64_t, std::vector<Watcher>> watchers_;
  RecentEnds recent_;
};

}  // namespace poolder::detail
