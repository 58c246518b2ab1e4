#include "schedule/lateness.hpp"

#include <algorithm>
#include <bit>

namespace poolder::detail {

std::size_t Lateness::index(Ticks late) noexcept {
  const auto value = static_cast<std::uint64_t>(std::max<Ticks>(late, 0));
  if (value >> first_octave == 0) return 0;
  const auto octave = static_cast<unsigned>(std::bit_width(value)) - 1 - first_octave;
  const auto step = static_cast<std::size_t>(value >> (octave + first_octave - 2)) - steps;
  return std::min<std::size_t>(1 + octave * steps + step, size - 1);
}

Ticks Lateness::upper(std::size_t index) noexcept {
  if (index == 0) return 0;
  const std::size_t octave = (index - 1) / steps, step = (index - 1) % steps;
  return static_cast<Ticks>(((steps + step + 1) << (octave + first_octave - 2)) - 1);
}

void Lateness::record(Ticks late) {
  if (!counts_) counts_ = std::make_unique<Counts>();
  std::uint16_t& count = counts_->of[index(late)];
  if (count == UINT16_MAX) halve();
  ++count;
  ++counts_->sum;
}

void Lateness::halve() noexcept {
  counts_->sum = 0;
  for (std::uint16_t& each : counts_->of) counts_->sum += each /= 2;
}

Duration Lateness::p99() const noexcept {
  if (!counts_) return Duration{0};
  const std::uint32_t above = counts_->sum / 100;  // of these many it need not know
  std::uint32_t passed = 0;
  for (std::size_t i = size; i-- > 0;) {
    passed += counts_->of[i];
    if (passed > above) return Duration{upper(i)};
  }
  return Duration{0};
}

}  // namespace poolder::detail
