#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

namespace bench {

/// The batcher that everybody writes first: a vector behind a mutex, and a thread for the full
/// ones.
template <class T>
class MutexBatcher {
 public:
  MutexBatcher(std::size_t limit, std::function<void(std::vector<T>&)> handle)
      : limit_(limit), handle_(std::move(handle)), thread_([this] { work(); }) {
    open_.reserve(limit_);
  }
  ~MutexBatcher() {
    {
      std::lock_guard lock(mutex_);
      stopping_ = true;
    }
    some_.notify_one();
    thread_.join();
  }
  MutexBatcher(const MutexBatcher&) = delete;
  MutexBatcher& operator=(const MutexBatcher&) = delete;

  void push(T item) {
    bool full = false;
    {
      std::lock_guard lock(mutex_);
      open_.push_back(std::move(item));
      full = open_.size() == limit_;
      if (full) hand_over();
    }
    if (full) some_.notify_one();
  }

  /// Hands over what is there, and waits until all is handled.
  void drain() {
    std::unique_lock lock(mutex_);
    if (!open_.empty()) hand_over();
    some_.notify_one();
    idle_.wait(lock, [this] { return full_.empty() && !busy_; });
  }

 private:
  void hand_over() {
    full_.push_back(std::move(open_));
    open_ = {};
    open_.reserve(limit_);
  }

  void work() {
    std::unique_lock lock(mutex_);
    for (;;) {
      some_.wait(lock, [this] { return stopping_ || !full_.empty(); });
      if (full_.empty()) return;
      auto batch = std::move(full_.front());
      full_.pop_front();
      busy_ = true;
      lock.unlock();
      handle_(batch);
      lock.lock();
      busy_ = false;
      if (full_.empty()) idle_.notify_all();
    }
  }

  const std::size_t limit_;
  const std::function<void(std::vector<T>&)> handle_;
  std::mutex mutex_;
  std::condition_variable some_, idle_;
  std::vector<T> open_;
  std::deque<std::vector<T>> full_;
  bool busy_ = false, stopping_ = false;
  std::thread thread_;
};

}  // namespace bench
