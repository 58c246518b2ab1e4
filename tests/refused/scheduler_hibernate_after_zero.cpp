// refused: poolder: SchedulerOptions.hibernate_after must be above 0
#include <chrono>
#include <string_view>

#include <poolder/poolder.hpp>
struct MyJobs {
#ifdef CONTROL
  static constexpr poolder::SchedulerOptions options{.hibernate_after = std::chrono::seconds{1}};
#else
  static constexpr poolder::SchedulerOptions options{.hibernate_after = std::chrono::seconds{0}};
#endif
  void tick() {}
  static constexpr auto jobs =
      poolder::jobs(poolder::job<&MyJobs::tick>("tick", std::chrono::seconds{1}));
};
void use(poolder::Runtime& runtime) { poolder::Scheduler<MyJobs> scheduler{runtime}; }
