#include <memory>
#include <vector>

#include "../peers/tbb_pool.hpp"
#include "posting.hpp"
#include "subjects.hpp"
#include "tally.hpp"
#include "workloads.hpp"

namespace bench {

Subject range_to_pool(std::size_t workers, std::size_t jobs) {
  auto tally = std::make_shared<TallyPool>(workers);
  std::vector<Job> range;
  for (std::size_t i = 0; i < jobs; ++i) range.push_back(Job{static_cast<std::uint32_t>(i)});
  return {"to " + std::to_string(workers) + " workers", [=](Run& run) {
            tally->counter().expect_hits(jobs);
            const auto start = Clock::now();
            tally->pool().cast_all(range);
            const double cast = seconds_since(start);
            tally->counter().wait();
            run.rate(jobs, seconds_since(start));
            run.record("of it, sending", Unit::nanoseconds, cast * 1e9 / static_cast<double>(jobs));
            tally->check(jobs, TallyPool::sum_of(jobs));
          }};
}

void cast_all(Session& session) {
  const std::size_t jobs = session.scaled(1'000'000);
  std::vector<Subject> subjects{range_to_pool(8, jobs), range_to_pool(100, jobs)};
#ifdef BENCH_HAS_TBB
  subjects.push_back(post_loop<TbbPool>("oneTBB loop", jobs));
#endif
  session.compare("a range of 1,000,000", subjects);
}

}  // namespace bench
