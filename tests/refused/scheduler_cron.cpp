// refused: cron
#include <poolder/poolder.hpp>
struct MyJobs {
  void tick() {}
#ifdef CONTROL
  static constexpr auto jobs = poolder::jobs(poolder::job<&MyJobs::tick>("tick", "*/15 * * * * *"));
#else
  static constexpr auto jobs = poolder::jobs(poolder::job<&MyJobs::tick>("tick", "*/0 * * * * *"));
#endif
};
void use(poolder::Runtime& runtime) { poolder::Scheduler<MyJobs> scheduler{runtime}; }
