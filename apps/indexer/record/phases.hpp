#pragma once

#include <array>
#include <chrono>
#include <cstddef>
#include <numeric>
#include <string_view>

namespace indexer::record {

/// What a build spends its time on. All but `write` run in the readers, side by side.
enum class Phase { read, hash, unpack, words, write };

inline constexpr std::array all_phases{Phase::read, Phase::hash, Phase::unpack, Phase::words,
                                       Phase::write};

constexpr std::string_view to_string(Phase phase) {
  switch (phase) {
    case Phase::read:
      return "read";
    case Phase::hash:
      return "hash";
    case Phase::unpack:
      return "unpack";
    case Phase::words:
      return "words";
    case Phase::write:
      return "write";
  }
  return "";
}

/// Time spent in each phase.
class PhaseTimes {
 public:
  void add(Phase phase, std::chrono::nanoseconds time) {
    times_[static_cast<std::size_t>(phase)] += time;
  }

  void add(const PhaseTimes& other) {
    for (std::size_t i = 0; i < times_.size(); ++i) times_[i] += other.times_[i];
  }

  [[nodiscard]] std::chrono::nanoseconds operator[](Phase phase) const {
    return times_[static_cast<std::size_t>(phase)];
  }

  [[nodiscard]] std::chrono::nanoseconds total() const {
    return std::accumulate(times_.begin(), times_.end(), std::chrono::nanoseconds{0});
  }

 private:
  std::array<std::chrono::nanoseconds, all_phases.size()> times_{};
};

/// Charges the time since the last lap to the phase that has just ended.
class Stopwatch {
 public:
  explicit Stopwatch(PhaseTimes& times) : times_(times) {}

  void lap(Phase ended) {
    const auto now = Clock::now();
    times_.add(ended, now - last_);
    last_ = now;
  }

 private:
  using Clock = std::chrono::steady_clock;

  PhaseTimes& times_;
  Clock::time_point last_ = Clock::now();
};

}  // namespace indexer::record
