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

/// A million casts at a time to 1,000 workers for `span`, while another thread asks for stats().
Subject cast_while_asked(std::string name, int asks_a_second, std::chrono::milliseconds span,
                         std::size_t jobs) {
  return {std::move(name), [=](Run& run) {
            TallyPool tally{1'000};
            std::vector<float> asking;
            std::jthread asker;
            if (asks_a_second > 0)
              asker = std::jthread([&](const std::stop_token& stop) {
                while (!stop.stop_requested()) {
                  std::this_thread::sleep_for(std::chrono::seconds{1} / asks_a_second);
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
              run.latencies(asking);
            }
          }};
}

}  // namespace

void stats(Session& session) {
  const auto span = session.scaled(std::chrono::milliseconds{2'000});
  const std::size_t jobs = session.scaled(500'000);
  session.compare("casts to 1,000 workers",
                  {cast_while_asked("never asked", 0, span, jobs),
                   cast_while_asked("stats() 10 times a second", 10, span, jobs),
                   cast_while_asked("stats() 100 times a second", 100, span, jobs)});
}

}  // namespace bench
