// refused: poolder: two jobs of one definition have the same name
#include <chrono>

#include <poolder/poolder.hpp>
struct MyJobs {
  void tick() {}
  void tock() {}
#ifdef CONTROL
  static constexpr auto jobs =
      poolder::jobs(poolder::job<&MyJobs::tick>("tick", std::chrono::seconds{1}),
                    poolder::job<&MyJobs::tock>("tock", std::chrono::seconds{1}));
#else
  static constexpr auto jobs =
      poolder::jobs(poolder::job<&MyJobs::tick>("tick", std::chrono::seconds{1}),
                    poolder::job<&MyJobs::tock>("tick", std::chrono::seconds{1}));
#endif
};
void use(poolder::Runtime& runtime) { poolder::Scheduler<MyJobs> scheduler{runtime}; }
