#include <poolder/core/histogram.hpp>

namespace poolder::detail {

LatencyStats Histogram::stats() const {
  std::array<std::uint32_t, size> seen{};
  LatencyStats stats;
  for (std::size_t i = 0; i < size; ++i) {
    seen[i] = buckets_[i].load(std::memory_order_relaxed);
    stats.count += seen[i];
  }
  const auto max = max_.load(std::memory_order_relaxed);
  stats.max = Duration{static_cast<std::int64_t>(max)};

  const auto quantile = [&](double share) {
    const auto rank = static_cast<std::uint64_t>(share * static_cast<double>(stats.count - 1)) + 1;
    std::uint64_t passed = 0;
    for (std::size_t i = 0; i < size; ++i) {
      passed += seen[i];
      if (passed >= rank) return Duration{static_cast<std::int64_t>(std::min(upper(i), max))};
    }
    return stats.max;
  };
  if (stats.count > 0) {
    stats.p50 = quantile(0.5);
    stats.p90 = quantile(0.9);
    stats.p99 = quantile(0.99);
    stats.p999 = quantile(0.999);
  }
  return stats;
}

}  // namespace poolder::detail
