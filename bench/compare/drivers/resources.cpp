#include <atomic>
#include <bit>
#include <cerrno>
#include <cstdint>

#include <semaphore.h>

#include "../../peers/mutex_resources.hpp"
#include "../../workloads/borrowers.hpp"
#include "../../workloads/subjects.hpp"
#include "../peers.hpp"

namespace bench {

namespace {

/// The semaphore counts what is free, a word says which. POSIX's: std::counting_semaphore of GCC 12
/// may sleep on beside a free one, where another thread's CAS came between.
class BitmapResources {
 public:
  explicit BitmapResources(int count) : free_((std::uint64_t{1} << count) - 1) {
    sem_init(&some_, 0, static_cast<unsigned>(count));
  }
  ~BitmapResources() { sem_destroy(&some_); }
  BitmapResources(const BitmapResources&) = delete;
  BitmapResources& operator=(const BitmapResources&) = delete;

  int acquire() {
    while (sem_wait(&some_) != 0 && errno == EINTR) {
    }
    std::uint64_t seen = free_.load(std::memory_order_relaxed);
    for (;;) {
      if (seen == 0) {  // somebody is about to give one back in whose place ours was counted
        seen = free_.load(std::memory_order_relaxed);
        continue;
      }
      if (free_.compare_exchange_weak(seen, seen & (seen - 1), std::memory_order_acquire,
                                      std::memory_order_relaxed))
        return std::countr_zero(seen);
    }
  }
  void release(int resource) {
    free_.fetch_or(std::uint64_t{1} << resource, std::memory_order_release);
    sem_post(&some_);
  }

 private:
  sem_t some_;
  std::atomic<std::uint64_t> free_;
};

template <class Resources>
Peer resource_peer(std::string name, std::string about) {
  Peer peer{std::move(name), "", std::move(about)};
  peer.lease = [](const LeaseWork& work) {
    return borrowed<ByHand<Resources>>({}, work.threads, work.pairs);
  };
  return peer;
}

Peer futex_peer() {
  Peer peer{"bare futex", "", "one thread that sleeps in the kernel: what no wake-up can beat"};
  peer.wake = [](const Count& samples) {
    return wake_bare_futex(static_cast<int>(samples.number));
  };
  return peer;
}

}  // namespace

std::vector<Peer> resource_peers() {
  return {resource_peer<FairResources>(
              "hand-off", "resources behind a mutex, handed to who has waited longest"),
          resource_peer<BitmapResources>(
              "semaphore + bitmap",
              "sem_t and an atomic word of bits, whoever comes first; unfair by design"),
          futex_peer()};
}

}  // namespace bench
