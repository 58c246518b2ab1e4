#include <memory>

#include <poolder/poolder.hpp>

#include "../harness/process.hpp"
#include "subjects.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

struct Touch {};
struct Idler {
  std::uint64_t handle_call(Touch) { return ++touched; }
  std::uint64_t touched = 0;
};

}  // namespace

void spawn_and_stop(std::size_t workers, Run& run) {
  const auto each = static_cast<double>(workers);
  poolder::Runtime runtime;
  { const poolder::Pool<Idler> warm_up{runtime, {.size = 100}}; }
  const double before = resident_bytes();
  auto start = Clock::now();
  auto pool =
      std::make_unique<poolder::Pool<Idler>>(runtime, poolder::PoolOptions{.size = workers});
  run.record("spawn, each", Unit::nanoseconds, nanoseconds_since(start) / each);
  run.record("memory, each", Unit::bytes, (resident_bytes() - before) / each);

  expect_equal(pool->size(), workers, "workers");
  for (const std::size_t index : {std::size_t{0}, workers / 2, workers - 1})
    expect_equal(pool->call(Touch{}, {.route = poolder::Route::index(index)}), std::uint64_t{1},
                 "the first answer of a worker");

  start = Clock::now();
  pool.reset();
  run.record("stop, each", Unit::nanoseconds, nanoseconds_since(start) / each);
}

void spawn(Session& session) {
  const std::size_t workers = session.scaled(1'000'000);
  session.compare("1,000,000 workers of 8 bytes",
                  {{"poolder", [=](Run& run) { spawn_and_stop(workers, run); }}}, Runs::on_its_own);
}

}  // namespace bench
