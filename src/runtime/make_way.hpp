#pragma once

namespace poolder::detail {

/// For who fills a queue faster than it is emptied, now and then: lets other threads have the core,
/// so that those who empty it keep up and what they read is still in a cache. With 4 producers on 2
/// cores casts are 1.5 times as fast for it, with 64 twice. Returns when the kernel gives the core
/// back: at once, or after others' time slices. Where those were other processes', makes no way for
/// a while.
void make_way() noexcept;

}  // namespace poolder::detail
