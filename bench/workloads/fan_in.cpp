#include "tally.hpp"
#include "workloads.hpp"

namespace bench {

void fan_in(Session& session) {
  session.compare("4 producers", {cast_to_pool("to 1 worker", 1, 4, session.scaled(1'000'000))});
}

}  // namespace bench
