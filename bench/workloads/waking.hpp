#pragma once

#include <memory>
#include <string>
#include <thread>
#include <utility>
#include <vector>

#include "../harness/counter.hpp"
#include "../harness/process.hpp"
#include "../harness/session.hpp"
#include "posting.hpp"

namespace bench {

/// A pool of tasks that has nothing to do.
template <class Pool>
struct IdleTasks {
  void post(Clock::time_point* woke, Counter* done) {
    port.post([=] {
      *woke = Clock::now();
      done->hit();
    });
  }

  Pool pool{processors()};
  decltype(port_of(std::declval<Pool&>())) port = port_of(pool);
};

/// From the post to the first instruction of what was posted, after 20 ms without anything.
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

}  // namespace bench
