#pragma once

#include <compare>
#include <cstdint>

namespace poolder {

/// Names one worker object, and is never reused: a worker that takes a dead one's place has a new
/// pid. A default-constructed one names nobody.
class Pid {
 public:
  constexpr Pid() = default;

  auto operator<=>(const Pid&) const = default;
  bool operator==(const Pid&) const = default;

  constexpr std::uint64_t value() const noexcept { return value_; }

  /// For poolder's engines. The low bits are the place in the engine, the rest is unique in the
  /// process.
  static constexpr unsigned index_bits = 24;
  static constexpr Pid make(std::uint64_t unique, std::uint64_t index) noexcept {
    return Pid{(unique << index_bits) | index};
  }
  constexpr std::uint64_t index() const noexcept {
    return value_ & ((std::uint64_t{1} << index_bits) - 1);
  }
  static constexpr Pid from(std::uint64_t value) noexcept { return Pid{value}; }

 private:
  explicit constexpr Pid(std::uint64_t value) noexcept : value_(value) {}

  std::uint64_t value_ = 0;
};

}  // namespace poolder
