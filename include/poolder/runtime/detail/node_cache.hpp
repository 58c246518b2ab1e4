#pragma once

#include <cstddef>

namespace poolder::detail {

/// Nodes of one cache line, recycled through per-thread caches: what messages and replies live in.
///
/// Thread safety: any thread may allocate and any other free. A thread frees into its own cache,
/// and what is too much or too little there travels through one depot, a lock for every few dozen
/// nodes (after the magazines of Bonwick and Adams, "Magazines and Vmem", 2001). The depot gives
/// them out in the order of their addresses, whatever order they came back in: the chain of a long
/// queue is then read two to four times as fast. The memory is kept for reuse until the program
/// ends.
inline constexpr std::size_t node_size = 64;

[[nodiscard]] void* allocate_node();
void free_node(void* node) noexcept;

}  // namespace poolder::detail
