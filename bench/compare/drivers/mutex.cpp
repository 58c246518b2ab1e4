#include "../../peers/mutex_pool.hpp"
#include "../../peers/mutex_resources.hpp"
#include "../../workloads/borrowers.hpp"
#include "tasks.hpp"

namespace bench {

Peer mutex_peer() {
  Peer peer = task_peer<MutexPool>(
      "mutex + cv", "",
      "a std::deque of std::function behind a std::mutex and a std::condition_variable, as "
      "everybody writes it; resources in a std::vector behind the same, whoever wakes first");
  peer.lease = [](const LeaseWork& work) {
    return borrowed<ByHand<MutexResources>>({}, work.threads, work.pairs);
  };
  return peer;
}

}  // namespace bench
