// refused: poolder: a definition's `jobs` must be `static constexpr auto jobs
#include <chrono>

#include <poolder/poolder.hpp>
struct Other {
  void tick() {}
};
struct MyJobs {
  void tick() {}
#ifdef CONTROL
  static constexpr auto jobs =
      poolder::jobs(poolder::job<&MyJobs::tick>("tick", std::chrono::seconds{1}));
#else
  static constexpr auto jobs =
      poolder::jobs(poolder::job<&Other::tick>("tick", std::chrono::seconds{1}));
#endif
};
void use(poolder::Runtime& runtime) { poolder::Scheduler<MyJobs> scheduler{runtime}; }
