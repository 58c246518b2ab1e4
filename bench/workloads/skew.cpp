#include <algorithm>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include <poolder/poolder.hpp>

#include "../harness/process.hpp"
#include "../peers/mutex_pool.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr std::size_t workers = 8, callers = 8;

/// One call in a hundred waits for 50 ms, the others compute for 20 us.
void work(bool slow) {
  if (slow) return std::this_thread::sleep_for(milliseconds{50});
  const auto end = Clock::now() + microseconds{20};
  while (Clock::now() < end) {
  }
}

struct Skewed {
  bool slow;
};
struct Waiting {
  bool slow;
};
struct Worker {
  bool handle_call(Skewed call) { return work(call.slow), true; }
  /// The wait is the library's, so the thread is free meanwhile.
  bool handle_call(Waiting call, poolder::Context& context) {
    call.slow ? context.sleep(milliseconds{50}) : work(false);
    return true;
  }
};

/// `callers` threads make `total` calls, every hundredth a slow one; what the short ones took.
template <class Call>
std::vector<float> make_calls(std::size_t total, const Call& call) {
  std::atomic<std::size_t> next{0};
  std::vector<std::vector<float>> of_caller(callers);
  {
    std::vector<std::jthread> threads;
    for (auto& mine : of_caller)
      threads.emplace_back([&] {
        for (std::size_t i = next++; i < total; i = next++) {
          const bool slow = i % 100 == 99;
          const auto before = Clock::now();
          call(i, slow);
          if (!slow) mine.push_back(static_cast<float>(nanoseconds_since(before)));
        }
      });
  }
  std::vector<float> all;
  for (const auto& mine : of_caller) all.insert(all.end(), mine.begin(), mine.end());
  return all;
}

template <class Call>
Subject calling(std::string name, std::size_t total, poolder::PoolOptions options,
                std::size_t threads, Call call) {
  return {std::move(name), [=](Run& run) {
            poolder::Runtime runtime{{.threads = threads}};
            poolder::Pool<Worker> pool{runtime, options};
            pool.call(Skewed{false}, {.route = poolder::Routing::available});
            std::vector<float> latencies =
                make_calls(total, [&](std::size_t i, bool slow) { call(pool, i, slow); });
            expect_equal(pool.stats().processed, total + 1, "calls");
            run.latencies(latencies);
          }};
}

Subject poolder_by(std::string name, poolder::Route route, std::size_t total) {
  return calling("poolder, " + std::move(name), total,
                 {.size = workers, .call_timeout = poolder::infinity}, workers,
                 [route](poolder::Pool<Worker>& pool, std::size_t, bool slow) {
                   pool.call(Skewed{slow}, {.route = route});
                 });
}

Subject poolder_by_key(std::size_t total) {
  return calling("poolder, hash", total, {.size = workers, .call_timeout = poolder::infinity},
                 workers, [](poolder::Pool<Worker>& pool, std::size_t i, bool slow) {
                   pool.call(Skewed{slow}, {.route = poolder::Route::hash(i)});
                 });
}

Subject poolder_dedicated(std::size_t total) {
  return calling("poolder, available, dedicated", total,
                 {.size = workers,
                  .placement = poolder::Placement::dedicated,
                  .call_timeout = poolder::infinity},
                 0, [](poolder::Pool<Worker>& pool, std::size_t, bool slow) {
                   pool.call(Skewed{slow}, {.route = poolder::Routing::available});
                 });
}

Subject poolder_waiting(std::size_t total) {
  return calling("poolder, available, 1 thread a core", total,
                 {.size = workers, .call_timeout = poolder::infinity}, 0,
                 [](poolder::Pool<Worker>& pool, std::size_t, bool slow) {
                   pool.call(Waiting{slow}, {.route = poolder::Routing::available});
                 });
}

Subject mutex_and_cv(std::size_t total) {
  return {"mutex + cv", [=](Run& run) {
            MutexPool pool{workers};
            std::vector<float> latencies = make_calls(total, [&](std::size_t, bool slow) {
              std::mutex mutex;
              std::condition_variable answered;
              bool done = false;
              pool.post([&] {
                work(slow);
                const std::lock_guard lock(mutex);
                done = true;
                answered.notify_one();
              });
              std::unique_lock lock(mutex);
              answered.wait(lock, [&] { return done; });
            });
            run.latencies(latencies);
          }};
}

}  // namespace

void skew(Session& session) {
  using poolder::Routing;
  const std::size_t total = session.scaled(10'000);
  session.compare("8 workers, 1 % slow",
                  {poolder_by("round_robin", Routing::round_robin, total),
                   poolder_by("random", Routing::random, total), poolder_by_key(total),
                   poolder_by("least_loaded", Routing::least_loaded, total),
                   poolder_by("available", Routing::available, total), poolder_dedicated(total),
                   poolder_waiting(total), mutex_and_cv(total)});
}

}  // namespace bench
