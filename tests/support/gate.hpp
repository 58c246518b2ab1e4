#pragma once

#include <chrono>
#include <condition_variable>
#include <mutex>

namespace poolder_tests {

/// How long a test waits for what must happen before it says that it hung.
inline constexpr auto patience = std::chrono::seconds{30};

/// Opened once by anyone, passed by everyone. What tests wait on in place of sleeping.
class Gate {
 public:
  void open() {
    std::lock_guard lock(mutex_);
    open_ = true;
    opened_.notify_all();
  }

  bool is_open() const {
    std::lock_guard lock(mutex_);
    return open_;
  }

  /// False: it was not opened in time, which is a hang.
  [[nodiscard]] bool wait() const {
    std::unique_lock lock(mutex_);
    return opened_.wait_for(lock, patience, [&] { return open_; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable opened_;
  bool open_ = false;
};

/// Counts up, and lets others wait for a number.
class Tally {
 public:
  void add(int more = 1) {
    std::lock_guard lock(mutex_);
    count_ += more;
    changed_.notify_all();
  }

  int count() const {
    std::lock_guard lock(mutex_);
    return count_;
  }

  /// False: it did not get there in time, which is a hang.
  [[nodiscard]] bool reaches(int number) const {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [&] { return count_ >= number; });
  }

 private:
  mutable std::mutex mutex_;
  mutable std::condition_variable changed_;
  int count_ = 0;
};

}  // namespace poolder_tests
