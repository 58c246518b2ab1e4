#include <algorithm>
#include <string>

#include "../peers.hpp"
#include "workloads.hpp"

namespace bench::compared {

namespace {

std::string counted(std::size_t number, const std::string& what) {
  return std::to_string(number) + " " + what + (number == 1 ? "" : "s");
}

}  // namespace

void cast(Session& session) {
  const std::size_t jobs = session.scaled(500'000);
  session.compare("8 workers", subjects(&Peer::cast, CastWork{1, 8, jobs}));
  session.compare("100 workers", subjects(&Peer::cast_to_few, CastWork{1, 100, jobs}));
}

void producers(Session& session) {
  const std::size_t jobs = session.scaled(250'000);
  for (const std::size_t threads : {1u, 2u, 4u, 8u, 16u, 32u, 64u})
    session.compare(counted(threads, "producer"),
                    subjects(&Peer::cast, CastWork{threads, 8, jobs}));
}

void inside(Session& session) {
  session.compare("8 workers",
                  subjects(&Peer::cast_inside, CastWork{1, 8, session.scaled(500'000)}));
}

void bulk(Session& session) {
  session.compare("a range of 1,000,000 to 8 workers",
                  subjects(&Peer::cast_all, CastWork{1, 8, session.scaled(1'000'000)}));
}

void fan_in(Session& session) {
  session.compare("4 producers, 1 worker",
                  subjects(&Peer::cast_to_few, CastWork{4, 1, session.scaled(500'000)}));
}

// Others' workers are dear enough to end at 100,000.
void workers(Session& session) {
  const std::size_t jobs = session.scaled(300'000);
  for (const std::size_t count : {1u, 10u, 100u, 1'000u, 10'000u, 100'000u}) {
    const std::size_t some = session.quick() ? std::min<std::size_t>(count, 1'000) : count;
    session.compare(counted(count, "worker"),
                    subjects(&Peer::cast_to_few, CastWork{1, some, jobs}));
  }
  const std::size_t most = session.quick() ? 1'000 : 1'000'000;
  session.compare(counted(1'000'000, "worker"),
                  {own_subject(&Peer::cast_to_few, CastWork{1, most, 4 * jobs})});
}

void limited(Session& session) {
  const std::size_t jobs = session.scaled(500'000);
  for (const std::size_t threads : {1u, 4u})
    session.compare(counted(threads, "producer"),
                    subjects(&Peer::limited, CastWork{threads, 8, jobs}));
}

}  // namespace bench::compared
