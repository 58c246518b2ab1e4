#include "terminal/interruption.hpp"

#include <array>
#include <atomic>
#include <csignal>

namespace indexer::terminal {
namespace {

constexpr std::array caught{SIGINT, SIGTERM, SIGHUP};

std::atomic<int> first{0};
static_assert(std::atomic<int>::is_always_lock_free);  // what makes it fit for a signal handler

void remember(int number) {
  int none = 0;
  if (first.compare_exchange_strong(none, number)) return;
  std::signal(number, SIG_DFL);
  std::raise(number);
}

// A program started with `nohup` or in the background by a plain shell has some of them ignored: so
// they stay.
void install(int number, void (*handler)(int)) {
  struct sigaction before {};
  ::sigaction(number, nullptr, &before);
  if (before.sa_handler == SIG_IGN) return;
  struct sigaction action {};
  action.sa_handler = handler;
  action.sa_flags = SA_RESTART;
  ::sigaction(number, &action, nullptr);
}

}  // namespace

Interruption::Interruption() {
  first = 0;
  for (const int number : caught) install(number, &remember);
}

Interruption::~Interruption() {
  for (const int number : caught) install(number, SIG_DFL);
}

int Interruption::signal() noexcept { return first; }

}  // namespace indexer::terminal
