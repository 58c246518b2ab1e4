#include <algorithm>
#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <poolder/poolder.hpp>

#include "../harness/process.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

using poolder::Duration;
using std::chrono::milliseconds;

struct NoJobs {};

/// One interval job: by how much its first and its last run were late, in nanoseconds.
struct Metronome {
  Clock::time_point scheduled;
  Duration interval{};
  std::int64_t first_late = -1;
  std::int64_t last_late = -1;

  /// Of the time on the grid that begins at `scheduled`: what drifts gets later and later.
  std::int64_t beat() {
    last_late = (Duration{Clock::now() - scheduled} % interval).count();
    if (first_late < 0) first_late = last_late;
    return last_late;
  }
};

/// How late runs were, all threads together, up to a number of them.
class Latenesses {
 public:
  explicit Latenesses(std::size_t most) : values_(most) {}

  void begin() { next_.store(0, std::memory_order_relaxed); }
  void end() { recorded_ = next_.exchange(values_.size(), std::memory_order_relaxed); }
  void add(std::int64_t nanoseconds) {
    const std::size_t at = next_.fetch_add(1, std::memory_order_relaxed);
    if (at < values_.size()) values_[at] = static_cast<float>(nanoseconds);
  }
  std::vector<float> take() {
    values_.resize(std::min(values_.size(), recorded_));
    return std::move(values_);
  }

 private:
  std::vector<float> values_;
  std::size_t recorded_ = 0;
  std::atomic<std::size_t> next_{0};
};

double mean_drift(const std::vector<Metronome>& metronomes) {
  double sum = 0;
  for (const Metronome& each : metronomes)
    sum += static_cast<double>(each.last_late - each.first_late);
  return sum / static_cast<double>(metronomes.size());
}

/// `count` jobs with intervals from a half to three halves of `interval`, so that they are due at
/// all moments alike.
void beat(std::size_t count, milliseconds interval, milliseconds span, Run& run) {
  poolder::Runtime runtime;
  std::vector<Metronome> metronomes(count);
  Latenesses latenesses{2'000'000};
  const double before = resident_bytes();
  poolder::Scheduler<NoJobs> scheduler{runtime};
  for (std::size_t i = 0; i < count; ++i) {
    Metronome& mine = metronomes[i];
    mine.interval = interval / 2 + Duration{interval} * static_cast<std::int64_t>(i) /
                                       static_cast<std::int64_t>(count);
    mine.scheduled = Clock::now();
    scheduler.schedule(std::to_string(i), mine.interval, [&] { latenesses.add(mine.beat()); });
  }
  const double each = static_cast<double>(count);
  run.record("memory, each", Unit::bytes, (resident_bytes() - before) / each);

  std::this_thread::sleep_for(2 * interval);
  latenesses.begin();
  const Usage used = Usage::now();
  std::this_thread::sleep_for(span);
  const double cpu = Usage::now().cpu_seconds() - used.cpu_seconds();
  latenesses.end();  // before jobs(), which shares the cell with the clock for a while

  std::uint64_t runs = 0, skipped = 0;
  for (const poolder::JobStats& stats : scheduler.jobs()) {
    runs += stats.runs;
    skipped += stats.skipped;
  }
  scheduler.stop();
  expect(runs >= count, "a job never ran");
  std::vector<float> late = latenesses.take();
  run.latencies(late);
  run.record("drift of all runs", Unit::nanoseconds, mean_drift(metronomes));
  run.record("skipped", Unit::count, static_cast<double>(skipped));
  run.record("processor time for a run", Unit::nanoseconds,
             1e9 * cpu / static_cast<double>(late.size()));
}

Subject poolder_beats(std::size_t count, milliseconds interval, milliseconds span) {
  return {"poolder", [=](Run& run) { beat(count, interval, span, run); }};
}

}  // namespace

void schedule(Session& session) {
  const milliseconds span = session.scaled(milliseconds{5'000});
  session.compare("1 job, 10 ms", {poolder_beats(1, milliseconds{10}, span)}, Runs::on_its_own);
  session.compare("100 jobs, 10 ms", {poolder_beats(100, milliseconds{10}, span)},
                  Runs::on_its_own);
  session.compare("100,000 jobs, 1 s",
                  {poolder_beats(session.scaled(100'000), milliseconds{1'000}, span)},
                  Runs::on_its_own);
}

}  // namespace bench
