#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>

namespace indexer::terminal {

/// 0:07, 12:30, 1:02:03.
std::string as_clock(std::chrono::seconds time);

/// 4.2 s, 310 ms, 17 us, 80 ns.
std::string as_duration(std::chrono::nanoseconds time);

/// 17 B, 4.2 kB, 118.3 MB (powers of 1000, as disks and MB/s have them).
std::string as_bytes(std::uint64_t bytes);

/// A file's name as it can be shown: control characters, which may be in a name and may mean
/// something to a terminal, become \n, \t or \xNN.
std::string printable(std::string_view name);

}  // namespace indexer::terminal
