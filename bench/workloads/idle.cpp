#include "resting.hpp"
#include "subjects.hpp"
#include "tally.hpp"
#include "workloads.hpp"

namespace bench {

void stay_idle(std::chrono::milliseconds span, Run& run) {
  TallyPool tally{100};
  tally.counter().expect_hits(1'000);
  tally.cast(1'000);
  tally.counter().wait();
  rest(span, run);
  tally.check(1'000, TallyPool::sum_of(1'000));
}

void idle(Session& session) {
  const auto span = session.scaled(std::chrono::milliseconds{5'000});
  session.compare("five seconds, 100 workers",
                  {{"poolder", [=](Run& run) { stay_idle(span, run); }}}, Runs::few);
}

}  // namespace bench
