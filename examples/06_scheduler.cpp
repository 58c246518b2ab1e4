// Jobs at their times, by cron and by interval, on a virtual clock: three days in a millisecond.

#include <chrono>
#include <cstdio>
#include <stdexcept>
#include <string>

#include <poolder/poolder.hpp>

using namespace std::chrono_literals;

struct Nightly {
  static constexpr poolder::SchedulerOptions options{
      .name = "nightly", .retry = {.max_attempts = 3, .backoff = 10min}, .time_zone = "UTC"};

  void backup(poolder::Context& context) {
    std::printf("backup, attempt %d\n", context.attempt());
    if (context.attempt() < 2) throw std::runtime_error("the disk is busy");
  }
  poolder::ScheduleNext poll() {
    std::printf("poll\n");
    return ++polls == 3 ? poolder::every(20h) : poolder::ScheduleNext{};
  }
  int polls = 0;

  static constexpr auto jobs = poolder::jobs(  //
      poolder::job<&Nightly::backup>("backup", "30 2 * * *"),
      poolder::job<&Nightly::poll>("poll", 1h));
};

int main() {
  poolder::SimulatedRuntime runtime{42};  // begins at 2000-01-01T00:00:00Z
  poolder::Scheduler<Nightly> scheduler{runtime};

  runtime.advance(24h);
  scheduler.schedule("report", poolder::Cron::parse("0 8 * * MON-FRI"),
                     [] { std::printf("report\n"); });
  scheduler.cancel("poll");
  runtime.advance(2 * 24h + 9h);  // Monday, 3 January

  for (const poolder::JobStats& job : scheduler.jobs())
    std::printf("%s: %s, %d runs, %d failed\n", job.name.c_str(), job.when.c_str(),
                static_cast<int>(job.runs), static_cast<int>(job.failed));
}
