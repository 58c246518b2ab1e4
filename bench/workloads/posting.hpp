#pragma once

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <utility>

#include "../harness/counter.hpp"
#include "../harness/process.hpp"
#include "../harness/session.hpp"
#include "producers.hpp"

namespace bench {

/// How one thread hands tasks to a pool.
template <class Pool>
struct Port {
  Pool* pool;

  template <class Task>
  void post(Task&& task) {
    pool->post(std::forward<Task>(task));
  }
};
/// Of a pool that keeps something for each thread that does: what its port() returns.
template <class Pool>
auto port_of(Pool& pool) {
  if constexpr (requires { pool.port(); }) {
    return pool.port();
  } else {
    return Port<Pool>{&pool};
  }
}

/// Tasks that hit a counter, handed in by that many threads.
template <class Pool>
Subject post_to(std::string name, std::size_t producers, std::size_t jobs,
                std::size_t threads = processors()) {
  auto counter = std::make_shared<Counter>();
  auto peer = std::make_shared<Pool>(threads);
  return {std::move(name), [=](Run& run) {
            counter->expect_hits(jobs);
            const auto produce = [&](std::size_t share) {
              auto port = port_of(*peer);
              for (std::size_t i = 0; i < share; ++i)
                port.post([hit = counter.get()] { hit->hit(); });
            };
            const double seconds =
                time_producers(producers, jobs, produce, [&] { counter->wait(); });
            expect_equal(counter->hits(), jobs, "tasks run");
            run.rate(jobs, seconds);
          }};
}

/// The same by one task; with the pool's post_inside, where it has another way for that.
template <class Pool>
Subject post_inside(std::string name, std::size_t jobs) {
  auto counter = std::make_shared<Counter>();
  auto peer = std::make_shared<Pool>(processors());
  return {std::move(name), [=](Run& run) {
            counter->expect_hits(jobs);
            const auto start = Clock::now();
            auto first = port_of(*peer);
            first.post([hit = counter.get(), to = peer.get(), jobs] {
              auto port = port_of(*to);
              for (std::size_t i = 0; i < jobs; ++i) {
                if constexpr (requires { to->post_inside([hit] { hit->hit(); }); }) {
                  to->post_inside([hit] { hit->hit(); });
                } else {
                  port.post([hit] { hit->hit(); });
                }
              }
            });
            counter->wait();
            run.rate(jobs, seconds_since(start));
            expect_equal(counter->hits(), jobs, "tasks run");
          }};
}

/// A loop's iterations, by the pool's own way for them.
template <class Pool>
Subject post_loop(std::string name, std::size_t jobs) {
  auto counter = std::make_shared<Counter>();
  auto peer = std::make_shared<Pool>(processors());
  return {std::move(name), [=](Run& run) {
            counter->expect_hits(jobs);
            const auto start = Clock::now();
            peer->post_all(jobs, [hit = counter.get()] { hit->hit(); });
            counter->wait();
            run.rate(jobs, seconds_since(start));
            expect_equal(counter->hits(), jobs, "iterations run");
          }};
}

}  // namespace bench
