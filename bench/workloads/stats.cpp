#include <chrono>
#include <stop_token>
#include <string>
#include <thread>
#include <vector>

#include "../harness/process.hpp"
#include "tally.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

/// What another thread does meanwhile: nothing, wake up so often, or ask for stats() then.
struct Other {
  int wakes_a_second = 0;
  bool asks = false;
};

/// Half a million casts at a time to 1,000 workers for `span`.
Subject cast_beside(std::string name, Other other, std::chrono::milliseconds span,
                    std::size_t jobs) {
  return {std::move(name), [=](Run& run) {
            TallyPool tally{1'000};
            std::vector<float> asking;
            std::jthread asker;
            if (other.wakes_a_second > 0)
              asker = std::jthread([&](const std::stop_token& stop) {
                while (!stop.stop_requested()) {
                  std::this_thread::sleep_for(std::chrono::seconds{1} / other.wakes_a_second);
                  if (!other.asks) continue;
                  const auto before = Clock::now();
                  const poolder::PoolStats stats = tally.pool().stats();
                  asking.push_back(static_cast<float>(nanoseconds_since(before)));
                  expect_equal(stats.workers.size(), std::size_t{1'000}, "workers");
                }
              });
            std::size_t done = 0;
            const auto start = Clock::now();
            while (Clock::now() - start < span) {
              tally.counter().expect_hits(jobs);
              tally.cast(jobs);
              tally.counter().wait();
              tally.check(jobs, TallyPool::sum_of(jobs));
              done += jobs;
            }
            run.rate(done, seconds_since(start));
            if (asker.joinable()) {
              asker.request_stop();
              asker.join();
              if (other.asks) run.latencies(asking);
            }
          }};
}

}  // namespace

void stats(Session& session) {
  const auto span = session.scaled(std::chrono::milliseconds{2'000});
  const std::size_t jobs = session.scaled(500'000);
  session.compare("casts to 1,000 workers",
                  {cast_beside("alone", {}, span, jobs),
                   cast_beside("a thread wakes 10 times a second", {10, false}, span, jobs),
                   cast_beside("stats() 10 times a second", {10, true}, span, jobs),
                   cast_beside("stats() 100 times a second", {100, true}, span, jobs)});
}

}  // namespace bench
