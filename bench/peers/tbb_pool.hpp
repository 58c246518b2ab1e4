#pragma once

#ifdef BENCH_HAS_TBB

#include <cstddef>
#include <utility>

#include <tbb/global_control.h>
#include <tbb/parallel_for.h>
#include <tbb/task_arena.h>

namespace bench {

/// oneTBB with an arena of its own, whose threads are all the library's.
class TbbPool {
 public:
  explicit TbbPool(std::size_t threads)
      : limit_(tbb::global_control::max_allowed_parallelism, threads + 1),
        arena_(static_cast<int>(threads), 0) {}

  template <class F>
  void post(F task) {
    arena_.enqueue(std::move(task));
  }

  /// The loop's own way: no task for each.
  template <class F>
  void post_all(std::size_t count, F task) {
    arena_.enqueue(
        [count, task] { tbb::parallel_for(std::size_t{0}, count, [&](std::size_t) { task(); }); });
  }

 private:
  tbb::global_control limit_;
  tbb::task_arena arena_;
};

}  // namespace bench

#endif
