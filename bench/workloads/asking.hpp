#pragma once

#include <cstddef>
#include <semaphore>
#include <string>
#include <utility>
#include <vector>

#include "../harness/session.hpp"
#include "posting.hpp"
#include "skewed.hpp"

namespace bench {

/// Has the task run by a pool that only knows tasks, and waits until it is done.
template <class Port, class Task>
void ask(Port& port, const Task& task) {
  std::binary_semaphore done{0};
  port.post([&task, &done] {
    task();
    done.release();
  });
  done.acquire();
}

/// Short tasks among slow ones, each waited for.
template <class Pool>
Subject skew_tasks(std::string name, std::size_t total) {
  return {std::move(name), [=](Run& run) {
            Pool pool{skewed_workers};
            std::vector<float> latencies = skewed_calls(total, [&] {
              return [port = port_of(pool)](std::size_t, bool slow) mutable {
                ask(port, [slow] { skewed_work(slow); });
              };
            });
            run.latencies(latencies);
          }};
}

}  // namespace bench
