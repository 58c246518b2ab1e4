#pragma once

#include <condition_variable>
#include <deque>
#include <mutex>
#include <optional>
#include <vector>

namespace bench {

/// The pool of resources that everybody writes first: whoever wakes first gets what is free.
class MutexResources {
 public:
  explicit MutexResources(int count) {
    for (int i = 0; i < count; ++i) idle_.push_back(i);
  }

  int acquire() {
    std::unique_lock lock(mutex_);
    some_.wait(lock, [this] { return !idle_.empty(); });
    const int taken = idle_.back();
    idle_.pop_back();
    return taken;
  }
  void release(int resource) {
    {
      std::lock_guard lock(mutex_);
      idle_.push_back(resource);
    }
    some_.notify_one();
  }

 private:
  std::mutex mutex_;
  std::condition_variable some_;
  std::vector<int> idle_;
};

/// The one that is written next: first come, first served, each release handing over to the caller
/// that has waited longest.
class FairResources {
 public:
  explicit FairResources(int count) {
    for (int i = 0; i < count; ++i) idle_.push_back(i);
  }

  int acquire() {
    std::unique_lock lock(mutex_);
    if (!idle_.empty()) {
      const int taken = idle_.back();
      idle_.pop_back();
      return taken;
    }
    Waiter mine;
    waiting_.push_back(&mine);
    mine.served.wait(lock, [&] { return mine.given.has_value(); });
    return *mine.given;
  }
  void release(int resource) {
    std::lock_guard lock(mutex_);
    if (waiting_.empty()) return idle_.push_back(resource);
    Waiter& first = *waiting_.front();
    waiting_.pop_front();
    first.given = resource;
    first.served.notify_one();  // in the lock: he may be gone after
  }

 private:
  struct Waiter {
    std::condition_variable served;
    std::optional<int> given;
  };

  std::mutex mutex_;
  std::vector<int> idle_;
  std::deque<Waiter*> waiting_;
};

}  // namespace bench
