#include <memory>

#include <poolder/poolder.hpp>

#include "../harness/counter.hpp"
#include "../harness/process.hpp"
#include "../peers/mutex_pool.hpp"
#include "../peers/tbb_pool.hpp"
#include "posting.hpp"
#include "subjects.hpp"
#include "tally.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

/// Has all the jobs cast by whoever handles it.
struct Fill {
  std::size_t jobs;
  poolder::Pool<Tally>* target;
};
struct Filler {
  void handle_job(const Fill& fill) {
    for (std::size_t i = 0; i < fill.jobs; ++i)
      fill.target->cast(Job{static_cast<std::uint32_t>(i)});
  }
};

/// Both pools on one runtime.
struct Inside {
  explicit Inside(std::size_t workers)
      : tallies(runtime, {.size = workers}, &counter), fillers(runtime, {.size = 1}) {}

  Counter counter;
  poolder::Runtime runtime;
  poolder::Pool<Tally> tallies;
  poolder::Pool<Filler> fillers;
};

}  // namespace

Subject cast_from_handler(std::size_t workers, std::size_t jobs) {
  auto inside = std::make_shared<Inside>(workers);
  return {"to " + std::to_string(workers) + " workers", [=](Run& run) {
            inside->counter.expect_hits(jobs);
            const auto start = Clock::now();
            inside->fillers.cast(Fill{jobs, &inside->tallies});
            inside->counter.wait();
            run.rate(jobs, seconds_since(start));
            expect_equal(inside->counter.hits(), jobs, "jobs processed");
          }};
}

void cast_inside(Session& session) {
  const std::size_t jobs = session.scaled(1'000'000);
  std::vector<Subject> subjects{cast_from_handler(8, jobs), cast_from_handler(100, jobs),
                                post_inside<MutexPool>("mutex + cv", jobs)};
#ifdef BENCH_HAS_TBB
  subjects.push_back(post_inside<TbbPool>("oneTBB", jobs));
#endif
  session.compare("by one handler", subjects);
}

}  // namespace bench
