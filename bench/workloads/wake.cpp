#include <atomic>
#include <thread>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <poolder/poolder.hpp>

#include "../harness/counter.hpp"
#include "../harness/process.hpp"
#include "../peers/mutex_pool.hpp"
#include "subjects.hpp"
#include "waking.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

void futex(std::atomic<int>& word, int operation, int value) {
  syscall(SYS_futex, &word, operation | FUTEX_PRIVATE_FLAG, value, nullptr, nullptr, 0);
}

/// A thread that sleeps on a futex and says when it woke: what no wake-up can beat.
class Sleeper {
 public:
  Sleeper() : thread_([this] { sleep(); }) {}
  ~Sleeper() {
    post(nullptr, nullptr);
    thread_.join();
  }
  Sleeper(const Sleeper&) = delete;
  Sleeper& operator=(const Sleeper&) = delete;

  void post(Clock::time_point* woke, Counter* done) {
    woke_ = woke;
    done_ = done;
    word_.store(1, std::memory_order_release);
    futex(word_, FUTEX_WAKE, 1);
  }

 private:
  void sleep() {
    for (;;) {
      while (word_.load(std::memory_order_acquire) == 0) futex(word_, FUTEX_WAIT, 0);
      if (!woke_) return;
      *woke_ = Clock::now();
      word_.store(0, std::memory_order_relaxed);
      done_->hit();
    }
  }

  std::atomic<int> word_{0};
  Clock::time_point* woke_ = nullptr;
  Counter* done_ = nullptr;
  std::thread thread_;
};

struct Stamp {
  Clock::time_point* woke;
  Counter* done;
};
struct Stamper {
  void handle_job(const Stamp& stamp) {
    *stamp.woke = Clock::now();
    stamp.done->hit();
  }
};
struct IdlePool {
  IdlePool() : pool(runtime, {.size = 8}) {}
  void post(Clock::time_point* woke, Counter* done) { pool.cast(Stamp{woke, done}); }

  poolder::Runtime runtime;
  poolder::Pool<Stamper> pool;
};

}  // namespace

Subject wake_pool(int samples) { return wake_up<IdlePool>("poolder", samples); }
Subject wake_bare_futex(int samples) { return wake_up<Sleeper>("bare futex", samples); }

void wake(Session& session) {
  const int samples = session.quick() ? 5 : 40;
  session.compare("after 20 ms", {wake_bare_futex(samples), wake_pool(samples),
                                  wake_up<IdleTasks<MutexPool>>("mutex + cv", samples)});
}

}  // namespace bench
