#pragma once

#include <cstddef>

namespace poolder::detail {

/// Nodes of one cache line, recycled through per-thread caches: what messages and replies live in.
///
/// Thread safety: any thread may allocate and any other free. A thread frees into its own cache;
/// whole magazines of nodes travel between threads through one depot, a lock for every few dozen
/// nodes (Bonwick and Adams, "Magazines and Vmem", 2001). The memory is kept for reuse until the
/// program ends.
inline constexpr std::size_t node_size = 64;

[[nodiscard]] void* allocate_node();
void free_node(void* node) noexcept;

}  // namespace poolder::detail
