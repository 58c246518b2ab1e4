// refused: poolder: a scheduler's job takes nothing, or a poolder::Context&
#include <chrono>
#include <string_view>

#include <poolder/poolder.hpp>
struct MyJobs {
#ifdef CONTROL
  void tick(poolder::Context&) {}
#else
  void tick(int) {}
#endif

  static constexpr auto jobs =
      poolder::jobs(poolder::job<&MyJobs::tick>("tick", std::chrono::seconds{1}));
};
void use(poolder::Runtime& runtime) { poolder::Scheduler<MyJobs> scheduler{runtime}; }
