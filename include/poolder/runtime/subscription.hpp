#pragma once

#include <memory>

namespace poolder {

namespace detail {
class Subscriber;
}

/// Ends a subscription when destroyed. Outlives what it listens to.
class [[nodiscard]] Subscription {
 public:
  Subscription() noexcept = default;
  Subscription(Subscription&&) noexcept = default;
  Subscription& operator=(Subscription&& other) noexcept;
  Subscription(const Subscription&) = delete;
  Subscription& operator=(const Subscription&) = delete;
  ~Subscription();

  /// Returns once none of its callbacks runs, and none starts after; from within one, at once. Any
  /// thread.
  void cancel() noexcept;

  /// For poolder's engines.
  explicit Subscription(std::shared_ptr<detail::Subscriber> subscriber) noexcept;

 private:
  std::shared_ptr<detail::Subscriber> subscriber_;
};

}  // namespace poolder
