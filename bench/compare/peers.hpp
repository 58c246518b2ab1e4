#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>
#include <vector>

#include "../harness/report.hpp"
#include "../harness/session.hpp"

namespace bench {

struct CastWork {
  std::size_t producers, workers, jobs;
};
struct CallWork {
  std::size_t callers, workers;
  std::chrono::milliseconds span;
};
struct LeaseWork {
  std::size_t threads, pairs;
};
struct Count {
  std::size_t number;
};

/// One kind of work: makes whoever does it. Empty where a peer cannot do that.
template <class Work>
using Doing = std::function<Subject(const Work&)>;

/// What stands beside the others, by its best idiom. Each makes a new subject at each call.
struct Peer {
  std::string name, version;  ///< the version may be empty
  std::string about;          ///< what it does here, in a line

  Doing<CastWork> cast{};         ///< to workers in turn, or tasks
  Doing<CastWork> cast_to_few{};  ///< the same of those alone that have workers
  Doing<CastWork> cast_inside{};  ///< by one handler or task
  Doing<CastWork> cast_all{};     ///< all at once
  Doing<CastWork> limited{};      ///< at most `workers` at once
  Doing<CallWork> call{};
  Doing<Count> ping_pong{};  ///< so many round trips
  Doing<Count> spawn{};      ///< so many idle workers
  Doing<LeaseWork> lease{};
  Doing<Count> wake{};  ///< so many times
  Doing<Count> skew{};  ///< so many calls
  Doing<std::chrono::milliseconds> idle{};
  Doing<Count> crash{};  ///< so many cycles
};

/// All that were found, poolder first.
const std::vector<Peer>& peers();
/// Of those that have one.
Description versions();

// One for each driver.
std::vector<Peer> poolder_peers();
Peer mutex_peer();
Peer async_peer();
Peer tbb_peer();
Peer asio_peer();
Peer moodycamel_peer();
Peer caf_peer();
Peer otp_peer();
std::vector<Peer> resource_peers();

/// The subjects of one kind of work.
template <class Work>
std::vector<Subject> subjects(Doing<Work> Peer::*kind, const Work& work) {
  std::vector<Subject> found;
  for (const Peer& each : peers()) {
    if (!(each.*kind)) continue;
    found.push_back((each.*kind)(work));
    found.back().name = each.name;
  }
  return found;
}

/// poolder's own, alone.
template <class Work>
Subject own_subject(Doing<Work> Peer::*kind, const Work& work) {
  return subjects(kind, work).front();
}

}  // namespace bench
