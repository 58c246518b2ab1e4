#include "terminal/format.hpp"

#include <array>

#include <fmt/format.h>

namespace indexer::terminal {
namespace {

// Divides by `step` until the number is below it; says with which of the units it was left.
template <std::size_t N>
std::string scaled(double value, double step, const std::array<std::string_view, N>& units) {
  std::size_t unit = 0;
  while (value >= step && unit + 1 < N) {
    value /= step;
    ++unit;
  }
  return unit == 0 ? fmt::format("{:.0f} {}", value, units[unit])
                   : fmt::format("{:.1f} {}", value, units[unit]);
}

bool is_control(char byte) { return static_cast<unsigned char>(byte) < 0x20 || byte == 0x7f; }

std::string escaped(char byte) {
  if (byte == '\n') return "\\n";
  if (byte == '\t') return "\\t";
  return fmt::format("\\x{:02x}", static_cast<unsigned char>(byte));
}

}  // namespace

std::string as_clock(std::chrono::seconds time) {
  const auto seconds = time.count();
  if (seconds < 3600) return fmt::format("{}:{:02}", seconds / 60, seconds % 60);
  return fmt::format("{}:{:02}:{:02}", seconds / 3600, seconds / 60 % 60, seconds % 60);
}

std::string as_duration(std::chrono::nanoseconds time) {
  constexpr std::array<std::string_view, 4> units{"ns", "us", "ms", "s"};
  return scaled(static_cast<double>(time.count()), 1000.0, units);
}

std::string as_bytes(std::uint64_t bytes) {
  constexpr std::array<std::string_view, 5> units{"B", "kB", "MB", "GB", "TB"};
  return scaled(static_cast<double>(bytes), 1000.0, units);
}

std::string printable(std::string_view name) {
  std::string shown;
  for (const char byte : name) shown += is_control(byte) ? escaped(byte) : std::string(1, byte);
  return shown;
}

}  // namespace indexer::terminal
