#include <climits>
#include <memory>

#include <poolder/poolder.hpp>

#include "../harness/counter.hpp"
#include "../harness/process.hpp"
#include "subjects.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

struct Crash {};
struct Serve {};

/// Shared by a worker and those that take its place. All crashes are of slot 0, one at a time.
struct Record {
  Counter served;
  Counter restarted;
  Clock::time_point thrown{};
  std::vector<float> latencies;
};

struct Fragile {
  static constexpr poolder::WorkerOptions options{.on_failure = poolder::OnFailure::restart};

  explicit Fragile(Record* shared) : record(shared) {
    if (record->thrown == Clock::time_point{}) return;
    record->latencies.push_back(
        std::chrono::duration<float, std::nano>(Clock::now() - record->thrown).count());
    record->thrown = {};
    record->restarted.hit();
  }

  void handle_job(Crash) {
    record->thrown = Clock::now();
    throw 1;
  }
  void handle_job(Serve) { record->served.hit(); }

  Record* record;
};

struct Crashes {
  Crashes() : pool(runtime, {.size = 8, .restart = {.max_restarts = INT_MAX}}, &record) {}

  Record record;
  poolder::Runtime runtime;
  poolder::Pool<Fragile> pool;
};

}  // namespace

// `served` jobs to others for each crash.
Subject crash_and_restart(std::string name, std::size_t cycles, std::size_t served) {
  auto on = std::make_shared<Crashes>();
  return {std::move(name), [=](Run& run) {
            Record& record = on->record;
            record.latencies.clear();
            record.latencies.reserve(cycles);
            record.restarted.expect_hits(cycles);
            record.served.expect_hits(cycles * served);
            const std::uint64_t before = on->pool.stats().restarts;
            const auto start = Clock::now();
            for (std::size_t i = 0; i < cycles; ++i) {
              on->pool.cast(Crash{}, poolder::Route::index(0));
              for (std::size_t j = 0; j < served; ++j)
                on->pool.cast(Serve{}, poolder::Route::index(1 + (i + j) % 7));
            }
            record.restarted.wait();
            if (served > 0) record.served.wait();
            run.rate(cycles, seconds_since(start));
            expect(on->pool.drain(std::chrono::seconds{10}), "the pool did not drain");
            expect_equal(record.served.hits(), cycles * served, "jobs of the others");
            expect_equal<std::uint64_t>(on->pool.stats().restarts - before, cycles, "restarts");
            run.latencies(record.latencies);
          }};
}

void crash(Session& session) {
  const std::size_t cycles = session.scaled(100'000);
  session.compare(
      "from the throw to the next worker",
      {crash_and_restart("alone", cycles, 0), crash_and_restart("1 job beside", cycles, 1)});
}

}  // namespace bench
