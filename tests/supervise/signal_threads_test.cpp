// wait_for_signal, in processes of their own: a signal is the whole process's.

#include <atomic>
#include <csignal>
#include <cstdlib>
#include <fstream>
#include <string>
#include <thread>
#include <vector>

#include <gtest/gtest.h>
#include <unistd.h>

#include <poolder/supervise/signal.hpp>

namespace {

void send(int number) { kill(getpid(), number); }

/// By the kernel's word: under ThreadSanitizer sigaction tells of a handler before it stands.
bool is_awaited(int number) {
  std::ifstream file("/proc/self/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with("SigCgt:"))
      return (std::stoull(line.substr(7), nullptr, 16) >> (number - 1) & 1) != 0;
  return false;
}

/// The thread waits in the kernel.
bool sleeps(pid_t thread) {
  std::ifstream file("/proc/self/task/" + std::to_string(thread) + "/stat");
  std::string state;
  std::getline(file, state, ')');
  file >> state;
  return state == "S";
}

/// Sends the signal once somebody waits for it. It goes to others: ThreadSanitizer loses what comes
/// to a thread that is about to end.
std::jthread sender(int number) {
  return std::jthread([number] {
    sigset_t all;
    sigfillset(&all);
    pthread_sigmask(SIG_BLOCK, &all, nullptr);
    while (!is_awaited(number)) std::this_thread::yield();
    send(number);
  });
}

/// Threads that have nothing to do with it, any of which may get the signal.
struct Bystanders {
  Bystanders() {
    for (int i = 0; i < 8; ++i)
      threads.emplace_back([this] {
        while (!over) std::this_thread::yield();
      });
  }
  ~Bystanders() { over = true; }
  std::atomic<bool> over{false};
  std::vector<std::jthread> threads;
};

TEST(Signal, EachOfTheTwoEndsTheWaitAndIsToldByNumber) {
  const Bystanders bystanders;

  for (int time = 0; time < 20; ++time)
    for (const int number : {SIGINT, SIGTERM}) {
      const auto sending = sender(number);
      EXPECT_EQ(poolder::wait_for_signal(), number);
      EXPECT_FALSE(is_awaited(SIGINT));
      EXPECT_FALSE(is_awaited(SIGTERM));
    }
}

TEST(Signal, EndsAWaitThatHasBegunToSleep) {
  int got = 0;
  std::atomic<pid_t> waiter{0};
  {
    std::jthread waiting([&] {
      waiter = gettid();
      got = poolder::wait_for_signal();
    });
    while (!is_awaited(SIGTERM) || !sleeps(waiter)) std::this_thread::yield();
    send(SIGTERM);
  }

  EXPECT_EQ(got, SIGTERM);
}

TEST(Signal, IsTakenAlsoWhereItWasIgnored) {
  std::signal(SIGINT, SIG_IGN);
  const auto sending = sender(SIGINT);

  EXPECT_EQ(poolder::wait_for_signal(), SIGINT);

  struct sigaction after {};
  sigaction(SIGINT, nullptr, &after);
  EXPECT_EQ(after.sa_handler, SIG_IGN);
  std::signal(SIGINT, SIG_DFL);
}

std::atomic<int> own_signals{0};

TEST(Signal, TheProgramsOwnHandlerIsPutBack) {
  std::signal(SIGTERM, [](int) { ++own_signals; });
  {
    struct sigaction own {};
    sigaction(SIGTERM, nullptr, &own);
    std::jthread sending([&] {
      for (struct sigaction now{};;) {
        sigaction(SIGTERM, nullptr, &now);
        if (now.sa_handler != own.sa_handler) break;
      }
      send(SIGTERM);
    });
    EXPECT_EQ(poolder::wait_for_signal(), SIGTERM);
  }
  EXPECT_EQ(own_signals, 0);

  send(SIGTERM);

  EXPECT_EQ(own_signals, 1);
  std::signal(SIGTERM, SIG_DFL);
}

TEST(Signal, EveryWaiterNeedsOneOfItsOwn) {
  std::atomic<int> told{0};
  {
    std::vector<std::jthread> waiting;
    for (int i = 0; i < 3; ++i)
      waiting.emplace_back([&] {
        EXPECT_EQ(poolder::wait_for_signal(), SIGINT);
        ++told;
      });
    for (int i = 0; i < 3; ++i) {
      while (!is_awaited(SIGINT)) std::this_thread::yield();
      send(SIGINT);
      while (told == i) std::this_thread::yield();
    }
  }

  EXPECT_EQ(told, 3);
}

// The second Ctrl-C of somebody who has waited long enough.
TEST(SignalDeathTest, OneThatComesAfterwardsHasItsUsualEffect) {
  GTEST_FLAG_SET(death_test_style, "threadsafe");
  EXPECT_EXIT(
      {
        const auto sending = sender(SIGTERM);
        poolder::wait_for_signal();
        send(SIGINT);
        std::_Exit(0);
      },
      testing::KilledBySignal(SIGINT), "");
}

}  // namespace
