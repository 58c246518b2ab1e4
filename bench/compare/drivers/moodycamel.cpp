#include <cstddef>
#include <functional>
#include <thread>
#include <utility>
#include <vector>

#include <concurrentqueue/blockingconcurrentqueue.h>

#include "../../workloads/borrowers.hpp"
#include "tasks.hpp"

namespace bench {

namespace {

using Task = std::function<void()>;
using Tasks = moodycamel::BlockingConcurrentQueue<Task>;

/// Threads that take up to AtOnce tasks from a queue. An empty task ends one.
template <std::size_t AtOnce>
class QueuePool {
 public:
  class Port {
   public:
    explicit Port(Tasks& tasks) : tasks_(&tasks), token_(tasks) {}
    void post(Task task) { tasks_->enqueue(token_, std::move(task)); }

   private:
    Tasks* tasks_;
    moodycamel::ProducerToken token_;
  };

  explicit QueuePool(std::size_t threads) {
    for (std::size_t i = 0; i < threads; ++i) threads_.emplace_back([this] { work(); });
  }
  ~QueuePool() {
    for (std::size_t i = 0; i < threads_.size(); ++i) tasks_.enqueue(Task{});
  }
  QueuePool(const QueuePool&) = delete;
  QueuePool& operator=(const QueuePool&) = delete;

  Port port() { return Port{tasks_}; }
  void post(Task task) { tasks_.enqueue(std::move(task)); }

 private:
  void work() {
    moodycamel::ConsumerToken token{tasks_};
    std::vector<Task> taken(AtOnce);
    for (bool ended = false; !ended;) {
      const std::size_t count = tasks_.wait_dequeue_bulk(token, taken.begin(), AtOnce);
      for (std::size_t i = 0; i < count; ++i) {
        if (const Task task = std::exchange(taken[i], {})) {
          task();
        } else if (std::exchange(ended, true)) {
          tasks_.enqueue(Task{});  // another thread's
        }
      }
    }
  }

  Tasks tasks_;
  std::vector<std::jthread> threads_;
};

class QueuedResources {
 public:
  explicit QueuedResources(int count) {
    for (int i = 0; i < count; ++i) idle_.enqueue(i);
  }
  int acquire() {
    int taken = 0;
    idle_.wait_dequeue(taken);
    return taken;
  }
  void release(int resource) { idle_.enqueue(resource); }

 private:
  moodycamel::BlockingConcurrentQueue<int> idle_;
};

}  // namespace

Peer moodycamel_peer() {
  constexpr std::size_t batch = 32;
  Peer peer = task_peer<QueuePool<batch>>(
      "moodycamel", COMPARE_MOODYCAMEL_VERSION,
      "BlockingConcurrentQueue of std::function, a producer token for each thread; taken up to 32 "
      "at once, where calls wait for them one by one; a queue of resources");
  // A task that waits would hold up those that were taken with it.
  const Peer one_by_one = task_peer<QueuePool<1>>({}, {}, {});
  peer.call = one_by_one.call;
  peer.skew = one_by_one.skew;
  peer.limited = one_by_one.limited;
  peer.lease = [](const LeaseWork& work) {
    return borrowed<ByHand<QueuedResources>>({}, work.threads, work.pairs);
  };
  return peer;
}

}  // namespace bench
