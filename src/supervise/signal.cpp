#include <array>
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
int pipe_ends[2] = {-1, -1};

constexpr std::array awaited{SIGINT, SIGTERM};

extern "C" void tell_waiter(int number) {
  const int before = errno;
  const auto byte = static_cast<unsigned char>(number);
  while (write(pipe_ends[1], &byte, 1) < 0 && errno == EINTR) {
  }
  errno = before;
}

/// The number of a signal that has come; nothing where none has.
std::optional<int> take() {
  unsigned char byte = 0;
  return read(pipe_ends[0], &byte, 1) == 1 ? std::optional<int>(byte) : std::nullopt;
}

/// Handlers stand while anyone waits.
class Waiters {
 public:
  void enter() {
    const int error = cell_.enter([&] {
      if (pipe_ends[0] < 0 && pipe2(pipe_ends, O_CLOEXEC | O_NONBLOCK) != 0) return errno;
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
    pollfd ready{pipe_ends[0], POLLIN, 0};
    poll(&ready, 1, -1);
  }
  waiters.leave();
  return *number;
}

}  // namespace poolder
