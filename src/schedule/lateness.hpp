#pragma once

#include <array>
#include <cstdint>
#include <memory>

#include <poolder/core/duration.hpp>

namespace poolder::detail {

/// How late one job's runs begin, in a few hundred bytes that are there once it has run: a
/// log-linear histogram as core/histogram.hpp, four steps an octave, from a microsecond to a
/// quarter of an hour. Older runs fade: all counts are halved when one is full. Not thread-safe.
class Lateness {
 public:
  void record(Ticks late);
  /// To one part in four; 0 below a microsecond, and where nothing was recorded.
  Duration p99() const noexcept;

  static constexpr unsigned first_octave = 10, octaves = 30, steps = 4;
  static constexpr std::size_t size = 1 + octaves * steps;

  /// The bucket of a value, and the largest value of a bucket.
  static std::size_t index(Ticks late) noexcept;
  static Ticks upper(std::size_t index) noexcept;

 private:
  struct Counts {
    std::array<std::uint16_t, size> of{};
    std::uint32_t sum = 0;
  };

  void halve() noexcept;

  std::unique_ptr<Counts> counts_;
};

}  // namespace poolder::detail
