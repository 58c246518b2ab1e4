#pragma once

namespace indexer::terminal {

/// Turns SIGINT, SIGTERM and SIGHUP into a question that can be asked, for as long as it lives. The
/// second signal ends the program at once, as it would have without this. One object at a time.
class Interruption {
 public:
  Interruption();
  ~Interruption();
  Interruption(const Interruption&) = delete;
  Interruption& operator=(const Interruption&) = delete;

  /// The first signal's number, 0 so far.
  [[nodiscard]] static int signal() noexcept;
};

}  // namespace indexer::terminal
