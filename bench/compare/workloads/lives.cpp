#include <string>

#include "../peers.hpp"
#include "workloads.hpp"

namespace bench::compared {

// Others' workers are dear enough to end at 100,000.
void spawn(Session& session) {
  for (const std::size_t count : {1'000u, 10'000u, 100'000u})
    session.compare(std::to_string(count) + " workers",
                    subjects(&Peer::spawn, Count{session.scaled(count)}), Runs::on_its_own);
  session.compare("1000000 workers", {own_subject(&Peer::spawn, Count{session.scaled(1'000'000)})},
                  Runs::on_its_own);
}

void idle(Session& session) {
  session.compare("2 seconds",
                  subjects(&Peer::idle, session.scaled(std::chrono::milliseconds{2'000})),
                  Runs::on_its_own);
}

void crash(Session& session) {
  session.compare("one after another", subjects(&Peer::crash, Count{session.scaled(5'000)}));
}

}  // namespace bench::compared
