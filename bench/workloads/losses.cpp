#include <climits>
#include <memory>

#include <poolder/poolder.hpp>

#include "../harness/counter.hpp"
#include "../harness/process.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

/// One in a hundred crashes its worker.
struct Task {
  std::uint32_t number;

  bool operator==(const Task&) const = default;
};

struct Mortal {
  static constexpr poolder::WorkerOptions options{.on_failure = poolder::OnFailure::restart};
  static std::uint32_t key(const Task& task) { return task.number; }

  explicit Mortal(Counter* all) : innocent(all) {}
  void handle_job(const Task& task) {
    if (task.number % 100 == 50) throw 1;
    innocent->hit();
  }

  Counter* innocent;
};

struct Mortals {
  explicit Mortals(poolder::Routing routing)
      : pool(runtime, {.size = 8, .routing = routing, .restart = {.max_restarts = INT_MAX}},
             &innocent) {}

  Counter innocent;
  poolder::Runtime runtime;
  poolder::Pool<Mortal> pool;
};

Subject crash_some(std::string name, poolder::Routing routing, std::size_t tasks) {
  auto on = std::make_shared<Mortals>(routing);
  return {std::move(name), [=](Run& run) {
            const std::size_t crashing = tasks / 100;
            const std::uint64_t before = on->pool.stats().restarts;
            on->innocent.expect_hits(tasks - crashing);
            const auto start = Clock::now();
            for (std::size_t i = 0; i < tasks; ++i)
              on->pool.cast(Task{static_cast<std::uint32_t>(i)});
            expect(on->pool.drain(std::chrono::seconds{10}), "the pool did not drain");
            run.rate(tasks, seconds_since(start));
            run.record("lost", Unit::count,
                       static_cast<double>(tasks - crashing - on->innocent.hits()));
            expect_equal(on->innocent.hits(), tasks - crashing, "innocent jobs processed");
            expect_equal<std::uint64_t>(on->pool.stats().restarts - before, crashing, "crashes");
          }};
}

}  // namespace

void losses(Session& session) {
  const std::size_t tasks = session.quick() ? 10'000 : 100'000;
  session.compare("one in 100 crashes its worker",
                  {crash_some("round_robin", poolder::Routing::round_robin, tasks),
                   crash_some("random", poolder::Routing::random, tasks),
                   crash_some("monotonic", poolder::Routing::monotonic, tasks),
                   crash_some("hash", poolder::Routing::hash, tasks)});
}

}  // namespace bench
