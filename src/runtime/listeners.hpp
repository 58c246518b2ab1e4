#pragma once

#include <atomic>
#include <memory>
#include <utility>
#include <vector>

#include <poolder/runtime/subscription.hpp>

#include "runtime/subscriber.hpp"

namespace poolder::detail {

/// Those who want to hear of something: what Listeners of any callback have in common.
///
/// Thread safety: any thread; adding and cancelling while others are being told, too.
class ListenerList {
 public:
  ListenerList() : state_(std::make_shared<State>()) {}

  /// Whether there is anyone: a load. Who has subscribed before the event was caused is seen.
  bool anyone() const noexcept { return state_->count.load(std::memory_order_acquire) > 0; }

  /// Waits until who had been told to hear of something before has heard. False: the deadline came
  /// first.
  bool settle(RuntimeCore& core, Ticks deadline) const;

 protected:
  using All = std::vector<std::shared_ptr<Subscriber>>;

  Subscription add(std::shared_ptr<Subscriber> subscriber) const;
  /// Null: nobody.
  std::shared_ptr<const All> all() const;

 private:
  struct State {
    std::atomic<std::size_t> count{0};
    OpCell cell;
    std::shared_ptr<const All> all;  // replaced, never changed; touched in the cell

    void change(const Subscriber* removed, std::shared_ptr<Subscriber> added);
  };

  std::shared_ptr<State> state_;
};

/// Callbacks of one kind, called one after the other on the thread that has something to say.
///
///   Listeners<std::function<void(const Overrun&)>> listeners_;
///
///   Subscription on(std::function<void(const Overrun&)> callback) {
///     return listeners_.add(runtime, std::move(callback));
///   }
///   ...
///   if (listeners_.anyone())  // nothing is made for nobody
///     listeners_.tell(runtime, [report](const auto& callback) { callback(report); });
template <class Callback>
class Listeners : public ListenerList {
 public:
  /// The callback is destroyed once the subscription has been cancelled and it does not run.
  Subscription add(RuntimeCore& core, Callback callback) const {
    return ListenerList::add(
        std::make_shared<Listener>(core.weak_from_this(), std::move(callback)));
  }

  /// Calls call(callback) for each, as Subscriber::run does: holding no cell. `call` owns what it
  /// captures, as it may be copied and outlive the caller.
  template <class F>
  void tell(RuntimeCore& core, const F& call) const {
    const auto listeners = all();
    if (!listeners) return;
    for (const auto& each : *listeners) {
      auto& listener = static_cast<Listener&>(*each);
      listener.run(core, [&listener, call] { call(std::as_const(*listener.callback)); });
    }
  }

 private:
  struct Listener final : Subscriber {
    Listener(std::weak_ptr<RuntimeCore> core, Callback given)
        : Subscriber(std::move(core)), callback(std::make_unique<Callback>(std::move(given))) {}
    void let_go() noexcept override { callback.reset(); }

    std::unique_ptr<Callback> callback;  // whoever calls, calls alone
  };
};

}  // namespace poolder::detail
