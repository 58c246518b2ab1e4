#include <algorithm>

#include "tally.hpp"
#include "workloads.hpp"

namespace bench {

// By turns to each of them: beyond what fits into the caches, some cost is the memory's own.
void many_workers(Session& session) {
  const std::size_t jobs = session.scaled(2'000'000);
  for (const std::size_t workers : {1, 10, 100, 1'000, 10'000, 100'000, 1'000'000}) {
    const std::size_t size = session.quick() ? std::min<std::size_t>(workers, 10'000) : workers;
    session.compare("among " + std::to_string(workers), {cast_to_pool("poolder", size, 1, jobs)});
  }
}

}  // namespace bench
