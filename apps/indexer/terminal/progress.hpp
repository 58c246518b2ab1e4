#pragma once

#include <chrono>
#include <cstddef>
#include <cstdio>
#include <string>

#include "terminal/pace.hpp"

namespace indexer::terminal {

/// What a progress line says.
struct Standing {
  Position done;
  Position total;
  bool total_known = false;  // else it is what was found so far
  std::uint64_t problems = 0;
};

/// `width` columns: a bar, the share, files, files/s, MB/s, the time left.
std::string progress_bar(const Standing& standing, const Pace& pace, std::size_t width);

/// The same for a log, as one plain line.
std::string progress_line(const Standing& standing, const Pace& pace);

/// Shows how a build stands: a bar that is drawn anew on a terminal, a line every two seconds
/// elsewhere.
class Progress {
 public:
  explicit Progress(std::FILE* out);

  void show(const Standing& standing);

  /// Takes the bar away.
  void clear();

 private:
  using Clock = std::chrono::steady_clock;
  static constexpr std::chrono::seconds line_interval{2};

  void draw(const Standing& standing);
  void log(const Standing& standing, Clock::time_point now);

  std::FILE* out_;
  bool is_terminal_;
  Pace pace_;
  Clock::time_point last_line_;
};

}  // namespace indexer::terminal
