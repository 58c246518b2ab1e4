#include <string>
#include <utility>
#include <vector>

#include <poolder/poolder.hpp>

#include "../peers/mutex_pool.hpp"
#include "asking.hpp"
#include "skewed.hpp"
#include "subjects.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

constexpr std::size_t workers = skewed_workers;

struct Skewed {
  bool slow;
};
struct Waiting {
  bool slow;
};
struct Worker {
  bool handle_call(Skewed call) { return skewed_work(call.slow), true; }
  /// The wait is the library's, so the thread is free meanwhile.
  bool handle_call(Waiting call, poolder::Context& context) {
    call.slow ? context.sleep(long_wait) : skewed_work(false);
    return true;
  }
};

template <class Call>
Subject calling(std::string name, std::size_t total, poolder::PoolOptions options,
                std::size_t threads, Call call) {
  return {std::move(name), [=](Run& run) {
            poolder::Runtime runtime{{.threads = threads}};
            poolder::Pool<Worker> pool{runtime, options};
            pool.call(Skewed{false}, {.route = poolder::Routing::available});
            std::vector<float> latencies = skewed_calls(
                total, [&] { return [&](std::size_t i, bool slow) { call(pool, i, slow); }; });
            expect_equal(pool.stats().processed, total + 1, "calls");
            run.latencies(latencies);
          }};
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

}  // namespace

Subject skew_pool(std::string name, const poolder::Route& route, std::size_t total) {
  return calling(std::move(name), total, {.size = workers, .call_timeout = poolder::infinity},
                 workers, [route](poolder::Pool<Worker>& pool, std::size_t, bool slow) {
                   pool.call(Skewed{slow}, {.route = route});
                 });
}

void skew(Session& session) {
  using poolder::Routing;
  const std::size_t total = session.scaled(10'000);
  session.compare(
      "8 workers, 1 % slow",
      {skew_pool("poolder, round_robin", Routing::round_robin, total),
       skew_pool("poolder, random", Routing::random, total), poolder_by_key(total),
       skew_pool("poolder, least_loaded", Routing::least_loaded, total),
       skew_pool("poolder, available", Routing::available, total), poolder_dedicated(total),
       poolder_waiting(total), skew_tasks<MutexPool>("mutex + cv", total)});
}

}  // namespace bench
