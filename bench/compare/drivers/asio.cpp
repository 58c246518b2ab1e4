#include <cstddef>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include <boost/asio/defer.hpp>
#include <boost/asio/post.hpp>
#include <boost/asio/thread_pool.hpp>
#include <boost/version.hpp>

#include "tasks.hpp"

namespace bench {

namespace {

class AsioPool {
 public:
  explicit AsioPool(std::size_t threads) : pool_(threads) {}
  ~AsioPool() { pool_.join(); }
  AsioPool(const AsioPool&) = delete;
  AsioPool& operator=(const AsioPool&) = delete;

  template <class Task>
  void post(Task task) {
    boost::asio::post(pool_, std::move(task));
  }
  template <class Task>
  void post_inside(Task task) {
    boost::asio::defer(pool_, std::move(task));
  }

 private:
  boost::asio::thread_pool pool_;
};

/// As many threads as cores; what is beyond the limit waits in a queue of ours.
class LimitedAsioPool {
 public:
  explicit LimitedAsioPool(std::size_t limit) : room_(limit) {}

  void post(std::function<void()> task) {
    {
      const std::lock_guard lock(mutex_);
      if (room_ == 0) return waiting_.push_back(std::move(task));
      --room_;
    }
    start(std::move(task));
  }

 private:
  void start(std::function<void()> task) {
    pool_.post([this, task = std::move(task)] {
      task();
      next();
    });
  }
  void next() {
    std::function<void()> task;
    {
      const std::lock_guard lock(mutex_);
      if (waiting_.empty()) {
        ++room_;
        return;
      }
      task = std::move(waiting_.front());
      waiting_.pop_front();
    }
    start(std::move(task));
  }

  std::mutex mutex_;
  std::size_t room_;
  std::deque<std::function<void()>> waiting_;
  AsioPool pool_{processors()};
};

}  // namespace

Peer asio_peer() {
  Peer peer = task_peer<AsioPool>(
      "Boost.Asio", BOOST_LIB_VERSION,
      "thread_pool with post, and defer from inside; a counter and a queue of ours where at most "
      "8 may run");
  peer.limited = [](const CastWork& work) {
    return post_to<LimitedAsioPool>({}, work.producers, work.jobs, work.workers);
  };
  return peer;
}

}  // namespace bench
