#include <array>
#include <atomic>
#include <cerrno>
#include <csignal>
#include <optional>
#include <system_error>

#include <fcntl.h>
#include <poll.h>
#include <unistd.h>

#include <poolder/runtime/detail/op_cell.hpp>
#include <poolder/supervise/signal.hpp>

namespace poolder {

namespace {

// The self-pipe trick (Bernstein): a handler may do little more than write, and that is enough. One
// pipe for the process, never closed, since a handler may still be at it.
int read_end = -1;
std::atomic<int> write_end{-1};  // for whatever thread a handler runs on

/// 0, or the error's number.
int open_pipe() {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC | O_NONBLOCK) != 0) return errno;
  read_end = ends[0];
  write_end.store(ends[1], std::memory_order_release);
  return 0;
}

constexpr std::array awaited{SIGINT, SIGTERM};

extern "C" void tell_waiter(int number) {
  const int before = errno;
  const auto byte = static_cast<unsigned char>(number);
  while (write(write_end.load(std::memory_order_acquire), &byte, 1) < 0 && errno == EINTR) {
  }
  errno = before;
}

/// The number of a signal that has come; nothing where none has.
std::optional<int> take() {
  unsigned char byte = 0;
  return read(read_end, &byte, 1) == 1 ? std::optional<int>(byte) : std::nullopt;
}

/// Handlers stand while anyone waits.
class Waiters {
 public:
  void enter() {
    const int error = cell_.enter([&] {
      if (read_end < 0)
        if (const int failed = open_pipe()) return failed;
      if (count_++ == 0) install();
      return 0;
    });
    if (error != 0)
      throw std::system_error(error, std::generic_category(), "poolder: wait_for_signal");
  }

  // A second signal that came before this one's waiter was gone has the effect that it would have
  // had a moment later.
  void leave() {
    std::array<std::optional<int>, 16> late{};
    cell_.enter([&] {
      if (--count_ > 0) return;
      for (std::size_t i = 0; i < awaited.size(); ++i) sigaction(awaited[i], &before_[i], nullptr);
      for (auto& each : late) each = take();
    });
    for (const auto& each : late)
      if (each) kill(getpid(), *each);
  }

 private:
  void install() {
    struct sigaction action {};
    action.sa_handler = &tell_waiter;
    action.sa_flags = SA_RESTART;
    sigemptyset(&action.sa_mask);
    for (std::size_t i = 0; i < awaited.size(); ++i) sigaction(awaited[i], &action, &before_[i]);
  }

  detail::OpCell cell_;
  int count_ = 0;
  std::array<struct sigaction, awaited.size()> before_{};
};

}  // namespace

int wait_for_signal() {
  static Waiters waiters;
  waiters.enter();
  std::optional<int> number;
  while (!(number = take())) {
    pollfd ready{read_end, POLLIN, 0};
    poll(&ready, 1, -1);
  }
  waiters.leave();
  return *number;
}

}  // namespace poolder
