#pragma once

#include <algorithm>
#include <array>
#include <atomic>
#include <bit>
#include <cstddef>
#include <cstdint>

#include <poolder/core/duration.hpp>

namespace poolder {

/// Quantiles of sampled latencies. Each is exact to one part in sixteen.
struct LatencyStats {
  Duration p50{0}, p90{0}, p99{0}, p999{0}, max{0};
  std::uint64_t count = 0;
};

namespace detail {

/// A log-linear histogram (Gil Tene's HdrHistogram, 16 steps an octave). Any thread may
/// record and read; a reading made while others record is approximate.
class Histogram {
 public:
  void record(std::int64_t nanoseconds) noexcept {
    const auto value = static_cast<std::uint64_t>(nanoseconds < 0 ? 0 : nanoseconds);
    buckets_[index(value)].fetch_add(1, std::memory_order_relaxed);
    auto highest = max_.load(std::memory_order_relaxed);
    while (value > highest &&
           !max_.compare_exchange_weak(highest, value, std::memory_order_relaxed)) {
    }
  }

  LatencyStats stats() const;

  /// The bucket of a value, and the largest value of a bucket.
  static constexpr std::size_t index(std::uint64_t value) noexcept {
    if (value < steps) return static_cast<std::size_t>(value);
    const auto octave =
        static_cast<unsigned>(std::bit_width(value)) - 5;  // value >> octave is in [16, 32)
    return std::min<std::size_t>(octave * steps + static_cast<std::size_t>(value >> octave),
                                 size - 1);
  }
  static constexpr std::uint64_t upper(std::size_t index) noexcept {
    if (index < steps) return index;
    const auto octave = index / steps - 1;
    return (((index % steps) + steps + 1) << octave) - 1;
  }

 private:
  static constexpr std::size_t steps = 16;
  static constexpr std::size_t size = steps * 41;  // up to 2^44 ns, almost five hours

  std::array<std::atomic<std::uint32_t>, size> buckets_{};
  std::atomic<std::uint64_t> max_{0};
};

}  // namespace detail
}  // namespace poolder
