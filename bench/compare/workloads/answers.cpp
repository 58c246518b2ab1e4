#include <string>

#include "../peers.hpp"
#include "workloads.hpp"

namespace bench::compared {

void call(Session& session) {
  const auto span = session.scaled(std::chrono::milliseconds{200});
  session.compare("1 caller, 8 workers", subjects(&Peer::call, CallWork{1, 8, span}));
  session.compare("64 callers, 8 workers", subjects(&Peer::call, CallWork{64, 8, span}));
}

void ping_pong(Session& session) {
  session.compare("round trips", subjects(&Peer::ping_pong, Count{session.scaled(200'000)}));
}

void lease(Session& session) {
  for (const std::size_t threads : {1u, 64u})
    session.compare(
        std::to_string(threads) + (threads == 1 ? " thread" : " threads"),
        subjects(&Peer::lease,
                 LeaseWork{threads, session.scaled(threads == 1 ? 1'000'000 : 300'000)}));
}

void wake(Session& session) {
  session.compare("after 20 ms",
                  subjects(&Peer::wake, Count{session.quick() ? std::size_t{5} : 25}));
}

void skew(Session& session) {
  session.compare("8 workers, 1 % slow", subjects(&Peer::skew, Count{session.scaled(4'000)}));
}

}  // namespace bench::compared
