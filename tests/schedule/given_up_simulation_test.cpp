// What a scheduler says on stderr of runs that nobody else hears of.

#include <stdexcept>
#include <string>

#include "support/simulation.hpp"

using namespace poolder;
using namespace poolder_tests;
using namespace std::chrono_literals;

namespace {

struct Bare {};

/// What was said while it lived.
class Said {
 public:
  Said() { testing::internal::CaptureStderr(); }
  std::string take() { return testing::internal::GetCapturedStderr(); }
};

std::size_t times(const std::string& said, const std::string& words) {
  std::size_t sum = 0;
  for (auto at = said.find(words); at != std::string::npos; at = said.find(words, at + 1)) ++sum;
  return sum;
}

[[noreturn]] void refuse() { throw std::runtime_error("card refused"); }

struct Stage {
  SimulatedRuntime runtime{1};
  Scheduler<Bare> scheduler{
      runtime,
      {.name = "bills", .retry = {.max_attempts = 3, .backoff = 1h}, .overlap = Overlap::queue}};
  // One run is between two attempts, and one waits for it.
  Stage() {
    scheduler.schedule("bill", 1h, refuse);
    for (int i = 0; i < 2; ++i) scheduler.run_now("bill");
    runtime.advance(1min);
  }
};

TEST(GivenUp, RunsOfASchedulerThatStopsAreCountedAndSaidTogether) {
  Said said;
  Stage stage;

  stage.scheduler.stop();

  const std::string words = said.take();
  EXPECT_EQ(times(words, "Scheduler \"bills\": gave up 2 runs: the scheduler has stopped"), 1u)
      << words;
}

TEST(GivenUp, RunsOfACancelledJobAreCountedAndSaid) {
  Said said;
  Stage stage;

  stage.scheduler.cancel("bill");

  const std::string words = said.take();
  EXPECT_EQ(times(words, "Scheduler \"bills\": gave up 2 runs: the job was cancelled"), 1u)
      << words;
}

// It would have been tried again.
TEST(GivenUp, ARunThatFailsOnceItsSchedulerStopsIsOneOfThem) {
  Said said;
  SimulatedRuntime runtime{1};
  Scheduler<Bare> scheduler{runtime, {.retry = {.max_attempts = 3, .backoff = 1h}}};
  scheduler.schedule("bill", 1h, [](Context& context) {
    context.sleep(1h);
    refuse();
  });
  scheduler.run_now("bill");
  runtime.advance(1min);

  scheduler.stop();

  const std::string words = said.take();
  EXPECT_EQ(times(words, "gave up 1 run: the scheduler has stopped"), 1u) << words;
}

TEST(GivenUp, NothingIsSaidOfASchedulerThatHasNothingToGiveUp) {
  Said said;
  {
    SimulatedRuntime runtime{1};
    Scheduler<Bare> scheduler{runtime};
    scheduler.schedule("job", 1h, [] {});
    runtime.advance(5h);
    scheduler.cancel("job");
  }

  EXPECT_EQ(said.take(), "");
}

TEST(GivenUp, EveryJobThatFailsIsNamedOnce) {
  Said said;
  SimulatedRuntime runtime{1};
  Scheduler<Bare> scheduler{runtime};
  for (const char* name : {"a", "b"}) scheduler.schedule(name, 1s, refuse);
  for (const char* name : {"c", "d"})
    scheduler.schedule(name, 1s, [] { return schedule("nobody", 1s); });
  runtime.advance(5s);

  const std::string words = said.take();
  for (const char* name : {"a", "b"})
    EXPECT_EQ(times(words, "the job \"" + std::string(name) + "\" failed: card refused"), 1u)
        << words;
  for (const char* name : {"c", "d"})
    EXPECT_EQ(times(words, "the job \"" + std::string(name) + "\" gave a time to a job \"nobody\""),
              1u)
        << words;
}

}  // namespace
