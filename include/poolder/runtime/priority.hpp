#pragma once

#include <cstddef>

namespace poolder {

/// As on the Erlang VM: max before high before the rest; normal and low share, 8 to 1, so that low
/// never starves.
enum class Priority { low, normal, high, max };

namespace detail {
inline constexpr std::size_t priorities = 4;
}

}  // namespace poolder
