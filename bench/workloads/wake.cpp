#include <atomic>
#include <memory>
#include <thread>

#include <linux/futex.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <poolder/poolder.hpp>

#include "../harness/counter.hpp"
#include "../harness/process.hpp"
#include "../peers/mutex_pool.hpp"
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

struct IdleMutexPool {
  void post(Clock::time_point* woke, Counter* done) {
    pool.post([=] {
      *woke = Clock::now();
      done->hit();
    });
  }

  MutexPool pool{processors()};
};

template <class Idle>
Subject wake_up(std::string name, int samples) {
  auto idle = std::make_shared<Idle>();
  auto done = std::make_shared<Counter>();
  return {std::move(name), [=](Run& run) {
            std::vector<float> latencies;
            for (int i = 0; i < samples; ++i) {
              std::this_thread::sleep_for(std::chrono::milliseconds{20});
              Clock::time_point woke;
              done->expect_hits(1);
              const auto sent = Clock::now();
              idle->post(&woke, done.get());
              done->wait();
              expect(woke >= sent, "woken before it was called");
              latencies.push_back(std::chrono::duration<float, std::nano>(woke - sent).count());
            }
            run.latencies(latencies);
          }};
}

}  // namespace

void wake(Session& session) {
  const int samples = session.quick() ? 5 : 40;
  session.compare("after 20 ms",
                  {wake_up<Sleeper>("bare futex", samples), wake_up<IdlePool>("poolder", samples),
                   wake_up<IdleMutexPool>("mutex + cv", samples)});
}

}  // namespace bench
