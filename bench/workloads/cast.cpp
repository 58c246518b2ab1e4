#include "tally.hpp"
#include "workloads.hpp"

namespace bench {

void cast(Session& session) {
  const std::size_t jobs = session.scaled(1'000'000);
  for (const std::size_t producers : {1u, 4u}) {
    std::vector<Subject> subjects;
    for (const std::size_t workers : {2u, 8u, 100u})
      subjects.push_back(
          cast_to_pool("to " + std::to_string(workers) + " workers", workers, producers, jobs));
    for (Subject& each : cast_to_peers(producers, jobs)) subjects.push_back(std::move(each));
    session.compare(std::to_string(producers) + (producers == 1 ? " producer" : " producers"),
                    subjects);
  }
}

}  // namespace bench
