#include "../../workloads/subjects.hpp"
#include "../../workloads/tally.hpp"
#include "../peers.hpp"

namespace bench {

namespace {

constexpr const char* own_version = COMPARE_OWN_VERSION;

Peer pool_peer() {
  Peer peer{"poolder", own_version,
            "Pool with round robin, cast, cast_all and call; Tasker with a limit of 8; LeasePool"};
  peer.cast = [](const CastWork& work) {
    return cast_to_pool({}, work.workers, work.producers, work.jobs);
  };
  peer.cast_to_few = peer.cast;
  peer.cast_inside = [](const CastWork& work) {
    return cast_from_handler(work.workers, work.jobs);
  };
  peer.cast_all = [](const CastWork& work) { return range_to_pool(work.workers, work.jobs); };
  peer.limited = [](const CastWork& work) { return execute_tasks({}, work.producers, work.jobs); };
  peer.call = [](const CallWork& work) {
    return call_pool(work.callers, work.workers, false, work.span);
  };
  peer.ping_pong = [](const Count& rounds) { return play_ping_pong(rounds.number); };
  peer.spawn = [](const Count& workers) {
    return Subject{{}, [workers](Run& run) { spawn_and_stop(workers.number, run); }};
  };
  peer.lease = [](const LeaseWork& work) { return borrow_leases({}, work.threads, work.pairs); };
  peer.wake = [](const Count& samples) { return wake_pool(static_cast<int>(samples.number)); };
  peer.idle = [](const std::chrono::milliseconds& span) {
    return Subject{{}, [span](Run& run) { stay_idle(span, run); }};
  };
  peer.crash = [](const Count& cycles) { return crash_and_restart({}, cycles.number, 0); };
  return peer;
}

Peer inline_peer() {
  Peer peer{"poolder, inline_calls", own_version,
            "a call to an idle worker runs on the caller's thread"};
  peer.call = [](const CallWork& work) {
    return call_pool(work.callers, work.workers, true, work.span);
  };
  return peer;
}

Peer routed_peer(std::string name, poolder::Routing routing, std::string about) {
  Peer peer{"poolder, " + std::move(name), own_version, std::move(about)};
  peer.skew = [routing](const Count& calls) { return skew_pool({}, routing, calls.number); };
  return peer;
}

}  // namespace

std::vector<Peer> poolder_peers() {
  return {pool_peer(), inline_peer(),
          routed_peer("available", poolder::Routing::available,
                      "one queue: whoever is free next takes the oldest"),
          routed_peer("least_loaded", poolder::Routing::least_loaded,
                      "the worker with the least to do")};
}

}  // namespace bench
