#pragma once

#include <csignal>
#include <ctime>
#include <stdexcept>

#include <unistd.h>

namespace poolder_tests {

/// The calling thread stands still for a millisecond out of two, wherever it is: what happens to
/// one that is preempted, often.
class HeldUp {
 public:
  HeldUp() {
    std::signal(SIGUSR1, &stand_still);
    sigevent every{};
    every.sigev_notify = SIGEV_THREAD_ID;
    every.sigev_signo = SIGUSR1;
    every._sigev_un._tid = gettid();  // glibc 2.36 has no other name for it
    if (timer_create(CLOCK_MONOTONIC, &every, &timer_) != 0)
      throw std::runtime_error("timer_create");
    const itimerspec two_milliseconds{{0, 2'000'000}, {0, 2'000'000}};
    timer_settime(timer_, 0, &two_milliseconds, nullptr);
  }
  ~HeldUp() {
    timer_delete(timer_);
    std::signal(SIGUSR1, SIG_IGN);  // for one that is under way
  }
  HeldUp(const HeldUp&) = delete;
  HeldUp& operator=(const HeldUp&) = delete;

 private:
  static void stand_still(int) {
    timespec millisecond{0, 1'000'000};
    nanosleep(&millisecond, nullptr);
  }

  timer_t timer_{};
};

}  // namespace poolder_tests
