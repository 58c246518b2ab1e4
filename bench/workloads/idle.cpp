#include <thread>

#include "../harness/process.hpp"
#include "tally.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

void stay_idle(std::chrono::milliseconds span, Run& run) {
  TallyPool tally{100};
  tally.counter().expect_hits(1'000);
  tally.cast(1'000);
  tally.counter().wait();
  std::this_thread::sleep_for(std::chrono::milliseconds{300});

  const Usage before = Usage::now();
  std::this_thread::sleep_for(span);
  const Usage after = Usage::now();
  run.record("cpu, in all", Unit::nanoseconds, (after.cpu_seconds() - before.cpu_seconds()) * 1e9);
  run.record("switches", Unit::count, static_cast<double>(after.switches - before.switches));
  tally.check(1'000, TallyPool::sum_of(1'000));
}

}  // namespace

// One of the switches is this thread's own, as it falls asleep.
void idle(Session& session) {
  const auto span = session.scaled(std::chrono::milliseconds{5'000});
  session.compare("five seconds, 100 workers",
                  {{"poolder", [=](Run& run) { stay_idle(span, run); }}}, Runs::few);
}

}  // namespace bench
