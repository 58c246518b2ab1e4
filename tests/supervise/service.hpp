#pragma once

#include <atomic>
#include <functional>
#include <mutex>
#include <string>
#include <utility>

#include <gtest/gtest.h>

#include <poolder/runtime/exit_reason.hpp>

#include "support/gate.hpp"

namespace poolder_tests {

/// A class of the user's as a child, on real threads: who looks wrong at it is told. Its state is
/// plain data, for ThreadSanitizer to watch: its supervisor calls one function at a time.
class Service {
 public:
  /// Counted for all services of a test.
  struct Counts {
    Tally starts, stops;
    std::atomic<int> alive{0};
  };

  Service(Counts* counts, std::string name) : counts_(counts), name_(std::move(name)) {
    ++counts_->alive;
  }
  Service(const Service&) = delete;
  Service& operator=(const Service&) = delete;
  ~Service() {
    EXPECT_FALSE(started_) << name_ << " is destroyed while it runs";
    --counts_->alive;
  }

  void start() {
    EXPECT_FALSE(std::exchange(started_, true)) << name_ << " is started twice";
    counts_->starts.add();
  }
  void stop() {
    EXPECT_TRUE(std::exchange(started_, false)) << name_ << " is stopped twice";
    counts_->stops.add();
  }
  void on_failed(std::function<void(poolder::ExitReason)> say) {
    std::lock_guard lock(mutex_);
    say_ = std::move(say);
  }
  const std::string& name() const { return name_; }

  /// Any thread, at any time.
  void fail(poolder::ExitReason::Kind kind = poolder::ExitReason::Kind::failed) {
    std::unique_lock lock(mutex_);
    const auto say = say_;
    lock.unlock();
    if (say) say({kind, "planned"});
  }

 private:
  Counts* counts_;
  std::string name_;
  bool started_ = false;
  std::mutex mutex_;
  std::function<void(poolder::ExitReason)> say_;
};

}  // namespace poolder_tests
