// refused: MyJobs
#include <chrono>

#include <poolder/poolder.hpp>
struct MyJobs {
  void tick() {}
  void tock() {}
#ifdef CONTROL
  static constexpr auto jobs =
      poolder::jobs(poolder::job<&MyJobs::tick>("tick", std::chrono::seconds{1}));
#else
  static constexpr auto jobs =
      poolder::jobs(poolder::job<&MyJobs::tack>("tick", std::chrono::seconds{1}));
#endif
};
void use(poolder::Runtime& runtime) { poolder::Scheduler<MyJobs> scheduler{runtime}; }
