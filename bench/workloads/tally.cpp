#include "tally.hpp"

#include <memory>

#include "../peers/mutex_pool.hpp"
#include "../peers/tbb_pool.hpp"
#include "posting.hpp"

namespace bench {

Subject cast_to_pool(std::string name, std::size_t workers, std::size_t producers,
                     std::size_t jobs) {
  auto tally = std::make_shared<TallyPool>(workers);
  return {std::move(name), [=](Run& run) {
            tally->counter().expect_hits(jobs);
            const double seconds = time_producers(
                producers, jobs, [&](std::size_t share) { tally->cast(share); },
                [&] { tally->counter().wait(); });
            run.rate(jobs, seconds);
            const std::size_t more = jobs % producers;
            tally->check(jobs, more * TallyPool::sum_of(jobs / producers + 1) +
                                   (producers - more) * TallyPool::sum_of(jobs / producers));
          }};
}

std::vector<Subject> cast_to_peers(std::size_t producers, std::size_t jobs) {
  std::vector<Subject> peers;
  peers.push_back(post_to<MutexPool>("mutex + cv", producers, jobs));
#ifdef BENCH_HAS_TBB
  peers.push_back(post_to<TbbPool>("oneTBB", producers, jobs));
#endif
  return peers;
}

}  // namespace bench
