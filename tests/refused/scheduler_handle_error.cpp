// refused: poolder: handle_error must be .poolder::Recovery handle_error.std::string_view job
#include <chrono>
#include <string_view>

#include <poolder/poolder.hpp>
struct MyJobs {
#ifdef CONTROL
  poolder::Recovery handle_error(std::string_view, const poolder::Failure&) {
    return poolder::retry();
  }
#else
  poolder::Recovery handle_error(const poolder::Failure&) { return poolder::retry(); }
#endif
  void tick() {}
  static constexpr auto jobs =
      poolder::jobs(poolder::job<&MyJobs::tick>("tick", std::chrono::seconds{1}));
};
void use(poolder::Runtime& runtime) { poolder::Scheduler<MyJobs> scheduler{runtime}; }
