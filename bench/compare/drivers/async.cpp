#include <array>
#include <cstddef>
#include <future>
#include <utility>

#include "tasks.hpp"

namespace bench {

namespace {

/// A thread for each task. Each producer keeps its last 64 futures: one more waits for the oldest.
class AsyncPool {
 public:
  class Port {
   public:
    template <class Task>
    void post(Task task) {
      futures_[next_++ % futures_.size()] = std::async(std::launch::async, std::move(task));
    }

   private:
    std::array<std::future<void>, 64> futures_;
    std::size_t next_ = 0;
  };

  explicit AsyncPool(std::size_t) {}
  Port port() { return {}; }
};

constexpr std::size_t most_jobs = 10'000;  // each is a thread

}  // namespace

Peer async_peer() {
  Peer peer = task_peer<AsyncPool>(
      "std::async", "",
      "std::launch::async, a thread for each task; at most 10,000 of them in a run");
  peer.cast = [](const CastWork& work) {
    return post_to<AsyncPool>({}, work.producers, std::min(work.jobs, most_jobs));
  };
  peer.cast_inside = [](const CastWork& work) {
    return post_inside<AsyncPool>({}, std::min(work.jobs, most_jobs));
  };
  peer.limited = {};
  peer.wake = {};
  peer.idle = {};
  return peer;
}

}  // namespace bench
