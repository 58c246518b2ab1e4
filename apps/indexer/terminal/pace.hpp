#pragma once

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>

namespace indexer::terminal {

/// How far some work is, in files and in bytes.
struct Position {
  std::uint64_t files = 0;
  std::uint64_t bytes = 0;
};

/// How fast the work goes, over the last few seconds. The caller brings the time, so that a test
/// can.
class Pace {
 public:
  using Time = std::chrono::steady_clock::time_point;

  explicit Pace(Time start) : start_(start) { samples_.push_back({start, {}}); }

  void record(Time now, Position done);

  [[nodiscard]] double files_per_second() const;
  [[nodiscard]] double bytes_per_second() const;

  /// The share of the work that is done, 0 to 1: files and bytes count half each, for a small file
  /// takes time as well as a large one.
  [[nodiscard]] static double share(Position done, Position total);

  /// The time left if it goes on as it has since the start. Nothing as long as that would be a
  /// guess.
  [[nodiscard]] std::optional<std::chrono::seconds> left(Position total) const;

 private:
  struct Sample {
    Time time;
    Position done;
  };
  static constexpr std::chrono::seconds window{5};

  [[nodiscard]] double per_second(double amount) const;

  Time start_;
  std::deque<Sample> samples_{};
};

}  // namespace indexer::terminal
