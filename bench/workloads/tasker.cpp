#include <memory>

#include <poolder/poolder.hpp>

#include "../harness/counter.hpp"
#include "../peers/mutex_pool.hpp"
#include "../peers/tbb_pool.hpp"
#include "producers.hpp"
#include "subjects.hpp"
#include "tally.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

constexpr std::size_t limit = 8;

/// A runtime with one tasker, which knows how many tasks it ran.
struct Tasks {
  explicit Tasks(poolder::TaskerOptions options = {.limit = limit}) : tasker(runtime, options) {}

  Counter counter;
  poolder::Runtime runtime;
  poolder::Tasker tasker;
};

Subject executed(std::string name, std::size_t producers, std::size_t jobs,
                 poolder::TaskerOptions options = {.limit = limit}) {
  auto tasks = std::make_shared<Tasks>(options);
  return {std::move(name), [=](Run& run) {
            tasks->counter.expect_hits(jobs);
            const auto produce = [&](std::size_t share) {
              for (std::size_t i = 0; i < share; ++i)
                tasks->tasker.execute([hit = &tasks->counter] { hit->hit(); });
            };
            const double seconds =
                time_producers(producers, jobs, produce, [&] { tasks->counter.wait(); });
            run.rate(jobs, seconds);
            expect(tasks->tasker.drain(std::chrono::minutes{1}), "the tasker came to rest");
            expect_equal(tasks->counter.hits(), jobs, "tasks run");
          }};
}

Subject submitted(std::size_t jobs) {
  auto tasks = std::make_shared<Tasks>();
  return {"submit + await", [=](Run& run) {
            std::vector<poolder::Future<std::size_t>> futures;
            futures.reserve(jobs);
            const auto start = Clock::now();
            for (std::size_t i = 0; i < jobs; ++i)
              futures.push_back(tasks->tasker.submit([i] { return i; }));
            auto results = poolder::Tasker::await(futures, std::chrono::minutes{1});
            run.rate(jobs, seconds_since(start));
            for (std::size_t i = 0; i < jobs; ++i)
              expect_equal(results[i].value(), i, "the result of a task");
          }};
}

}  // namespace

Subject execute_tasks(std::string name, std::size_t producers, std::size_t jobs) {
  return executed(std::move(name), producers, jobs);
}

void tasker(Session& session) {
  const std::size_t jobs = session.scaled(1'000'000);
  for (const std::size_t producers : {1u, 4u}) {
    std::vector<Subject> subjects{execute_tasks("poolder", producers, jobs),
                                  executed("bounded queue", producers, jobs,
                                           {.limit = limit, .queue = {.capacity = 1'000'000}})};
    if (producers == 1) subjects.push_back(submitted(jobs));
    for (Subject& each : cast_to_peers(producers, jobs)) subjects.push_back(std::move(each));
    session.compare(std::to_string(producers) + (producers == 1 ? " producer" : " producers"),
                    subjects);
  }
}

}  // namespace bench
