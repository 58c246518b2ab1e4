// refused: poolder: a scheduler's job must return void or poolder::ScheduleNext
#include <chrono>
#include <string_view>

#include <poolder/poolder.hpp>
struct MyJobs {
#ifdef CONTROL
  poolder::ScheduleNext tick() { return {}; }
#else
  int tick() { return 1; }
#endif

  static constexpr auto jobs =
      poolder::jobs(poolder::job<&MyJobs::tick>("tick", std::chrono::seconds{1}));
};
void use(poolder::Runtime& runtime) { poolder::Scheduler<MyJobs> scheduler{runtime}; }
