#include <memory>

#include <poolder/poolder.hpp>

#include "../harness/counter.hpp"
#include "../harness/process.hpp"
#include "../peers/mutex_pool.hpp"
#include "../peers/tbb_pool.hpp"
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

Subject from_handler(std::size_t workers, std::size_t jobs) {
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

template <class Peer>
Subject from_task(std::string name, std::size_t jobs) {
  auto counter = std::make_shared<Counter>();
  auto peer = std::make_shared<Peer>(processors());
  return {std::move(name), [=](Run& run) {
            counter->expect_hits(jobs);
            const auto start = Clock::now();
            peer->post([hit = counter.get(), to = peer.get(), jobs] {
              for (std::size_t i = 0; i < jobs; ++i) to->post([hit] { hit->hit(); });
            });
            counter->wait();
            run.rate(jobs, seconds_since(start));
            expect_equal(counter->hits(), jobs, "tasks run");
          }};
}

}  // namespace

void cast_inside(Session& session) {
  const std::size_t jobs = session.scaled(1'000'000);
  std::vector<Subject> subjects{from_handler(8, jobs), from_handler(100, jobs),
                                from_task<MutexPool>("mutex + cv", jobs)};
#ifdef BENCH_HAS_TBB
  subjects.push_back(from_task<TbbPool>("oneTBB", jobs));
#endif
  session.compare("by one handler", subjects);
}

}  // namespace bench
