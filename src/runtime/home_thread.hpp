#pragma once

#include <condition_variable>
#include <exception>
#include <functional>
#include <memory>
#include <mutex>
#include <utility>

#include <poolder/core/duration.hpp>
#include <poolder/runtime/detail/runnable.hpp>

namespace poolder::detail {

/// Counts the threads that are homes of cells, for the runtime's end. Any thread.
class HomeCount {
 public:
  void add() noexcept;
  void remove() noexcept;
  /// Waits until there is none. False: some are left after that time.
  bool wait_for_none(Duration limit);

 private:
  std::mutex mutex_;
  std::condition_variable none_;
  int count_ = 0;
};

/// An OS thread for one cell, for code that must always run on the same one (Placement::dedicated).
/// It runs what is given to it, sleeps in between, and ends when it is told to and has nothing left
/// to do; nobody joins it.
///
/// Thread safety: any thread.
class HomeThread final : public Turn {
 public:
  /// Throws std::system_error where no thread can be had.
  static std::shared_ptr<HomeThread> start(std::shared_ptr<HomeCount> count);

  /// The caller owns the cell, and gives that away. `kept` stays alive until its turn is over.
  void submit(Runnable& cell, std::shared_ptr<void> kept);
  /// Runs `job` here and waits for it; throws what it throws. Not from this thread.
  void run_and_wait(const std::function<void()>& job);
  /// The thread ends once it has nothing to do.
  void end() noexcept;

  explicit HomeThread(std::shared_ptr<HomeCount> count) : count_(std::move(count)) {}

 private:
  struct Waiting {
    Runnable* cell = nullptr;
    std::shared_ptr<void> kept;
  };
  struct Job {
    const std::function<void()>* run;
    std::exception_ptr error;
    bool done = false;
  };

  bool may_go_on() noexcept override { return true; }
  void live();
  void do_job(Job& job, std::unique_lock<std::mutex>& lock);

  const std::shared_ptr<HomeCount> count_;
  std::mutex mutex_;
  std::condition_variable changed_;
  Waiting waiting_;
  Job* job_ = nullptr;
  bool ending_ = false;
};

}  // namespace poolder::detail
