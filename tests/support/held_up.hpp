#pragma once

#include <atomic>
#include <chrono>
#include <csignal>
#include <ctime>
#include <thread>

#include <pthread.h>

namespace poolder_tests {

/// The calling thread stands still for a millisecond out of two, wherever it is: what happens to
/// one that is preempted, often.
class HeldUp {
 public:
  HeldUp() {
    std::signal(SIGUSR1, &nap);
    other_ = std::jthread([this, victim = pthread_self()] {
      while (!over_) {
        pthread_kill(victim, SIGUSR1);
        std::this_thread::sleep_for(std::chrono::microseconds{1'100});
      }
    });
  }
  ~HeldUp() {
    over_ = true;
    other_.join();
    std::signal(SIGUSR1, SIG_DFL);
  }

 private:
  static void nap(int) {
    timespec millisecond{0, 1'000'000};
    nanosleep(&millisecond, nullptr);
  }

  std::atomic<bool> over_{false};
  std::jthread other_;
};

}  // namespace poolder_tests
