#include "runtime/relax.hpp"

#include <algorithm>
#include <chrono>

namespace poolder::detail {

namespace {

double measure_pause() noexcept {
  constexpr int pauses = 500;
  double least = 1e9;
  for (int attempt = 0; attempt < 3; ++attempt) {
    const auto began = std::chrono::steady_clock::now();
    for (int i = 0; i < pauses; ++i) relax();
    const std::chrono::duration<double, std::nano> took = std::chrono::steady_clock::now() - began;
    least = std::min(least, took.count() / pauses);
  }
  return std::max(least, 0.2);
}

}  // namespace

int pauses_in(Duration span) noexcept {
  static const double pause = measure_pause();
  return static_cast<int>(static_cast<double>(span.count()) / pause);
}

}  // namespace poolder::detail
