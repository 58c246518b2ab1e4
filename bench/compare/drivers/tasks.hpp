#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "../../harness/process.hpp"
#include "../../workloads/asking.hpp"
#include "../../workloads/calls.hpp"
#include "../../workloads/posting.hpp"
#include "../../workloads/resting.hpp"
#include "../../workloads/waking.hpp"
#include "../peers.hpp"

namespace bench {

/// Calls to a pool that only knows tasks.
template <class Pool>
Subject ask_tasks(const CallWork& work) {
  auto pool = std::make_shared<Pool>(processors());
  return {{}, [=](Run& run) {
            measure_calls(run, work.callers, work.span, [&] {
              return [port = port_of(*pool)](std::uint64_t value) mutable {
                std::uint64_t answer = 0;
                ask(port, [&answer, value] { answer = value + 1; });
                return answer;
              };
            });
          }};
}

template <class Pool>
void rest_with(std::chrono::milliseconds span, Run& run) {
  Pool pool{processors()};
  auto port = port_of(pool);
  ask(port, [] {});
  rest(span, run);
}

/// A peer whose Pool{threads} has post(task): what it does in all workloads that it can do so.
template <class Pool>
Peer task_peer(std::string name, std::string version, std::string about) {
  Peer peer{std::move(name), std::move(version), std::move(about)};
  peer.cast = [](const CastWork& work) { return post_to<Pool>({}, work.producers, work.jobs); };
  peer.cast_inside = [](const CastWork& work) { return post_inside<Pool>({}, work.jobs); };
  peer.limited = [](const CastWork& work) {
    return post_to<Pool>({}, work.producers, work.jobs, work.workers);
  };
  peer.call = &ask_tasks<Pool>;
  peer.wake = [](const Count& samples) {
    return wake_up<IdleTasks<Pool>>({}, static_cast<int>(samples.number));
  };
  peer.skew = [](const Count& calls) { return skew_tasks<Pool>({}, calls.number); };
  peer.idle = [](const std::chrono::milliseconds& span) {
    return Subject{{}, [span](Run& run) { rest_with<Pool>(span, run); }};
  };
  return peer;
}

}  // namespace bench
