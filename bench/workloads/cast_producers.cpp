#include "tally.hpp"
#include "workloads.hpp"

namespace bench {

// Does the rate fall as producers are added?
void cast_producers(Session& session) {
  const std::size_t jobs = session.scaled(1'000'000);
  for (const std::size_t producers : {1u, 2u, 4u, 8u, 16u, 32u, 64u}) {
    std::vector<Subject> subjects{cast_to_pool("to 8 workers", 8, producers, jobs)};
    for (Subject& each : cast_to_peers(producers, jobs)) subjects.push_back(std::move(each));
    session.compare(std::to_string(producers) + (producers == 1 ? " producer" : " producers"),
                    subjects);
  }
}

}  // namespace bench
