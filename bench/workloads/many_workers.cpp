#include <algorithm>

#include "tally.hpp"
#include "workloads.hpp"

namespace bench {

// By turns to each of them: beyond what fits into the caches, some cost is the memory's own.
void many_workers(Session& session) {
  const std::size_t jobs = session.scaled(2'000'000);
  for (const std::size_t workers : {1u, 10u, 100u, 1'000u, 10'000u, 100'000u, 1'000'000u}) {
    const std::size_t size = session.quick() ? std::min<std::size_t>(workers, 10'000) : workers;
    session.compare("among " + std::to_string(workers), {cast_to_pool("poolder", size, 1, jobs)});
  }
}

}  // namespace bench
