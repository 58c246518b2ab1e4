#include <memory>
#include <string>
#include <thread>
#include <vector>

#include <poolder/lease/lease_pool.hpp>

#include "../harness/process.hpp"
#include "../peers/mutex_resources.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

constexpr int resources = 8;
constexpr std::size_t sample_every = 16;  // pairs of which one is timed

struct Numbers {
  using Resource = int;
  static constexpr poolder::LeasePoolOptions options{.size = resources};
};

struct Leases {
  poolder::Runtime runtime;
  poolder::LeasePool<Numbers> pool{runtime};

  void pair() {
    const auto lease = pool.acquire(poolder::infinity);
    ++*lease;
  }
};

template <class Resources>
struct ByHand {
  Resources pool{resources};
  std::vector<int> numbers = std::vector<int>(resources);

  void pair() {
    const int taken = pool.acquire();
    ++numbers[static_cast<std::size_t>(taken)];
    pool.release(taken);
  }
};

template <class Pool>
std::vector<float> pairs(Pool& pool, std::size_t count) {
  std::vector<float> nanoseconds;
  nanoseconds.reserve(count / sample_every + 1);
  for (std::size_t i = 0; i < count; ++i) {
    if (i % sample_every != 0) {
      pool.pair();
      continue;
    }
    const auto start = Clock::now();
    pool.pair();
    nanoseconds.push_back(static_cast<float>(nanoseconds_since(start)));
  }
  return nanoseconds;
}

template <class Pool>
Subject borrowed(std::string name, std::size_t threads, std::size_t count) {
  auto pool = std::make_shared<Pool>();
  return {std::move(name), [=](Run& run) {
            std::vector<std::vector<float>> samples(threads);
            const auto start = Clock::now();
            {
              std::vector<std::jthread> borrowers;
              for (std::size_t i = 1; i < threads; ++i)
                borrowers.emplace_back([&, i] { samples[i] = pairs(*pool, count / threads); });
              samples[0] = pairs(*pool, count / threads);
            }
            run.rate(count / threads * threads, seconds_since(start));
            std::vector<float> all;
            for (const auto& each : samples) all.insert(all.end(), each.begin(), each.end());
            run.latencies(all);
          }};
}

}  // namespace

void lease(Session& session) {
  for (const std::size_t threads : {1u, 64u}) {
    const std::size_t count = session.scaled(threads == 1 ? 4'000'000 : 2'000'000);
    session.compare(
        std::to_string(threads) + (threads == 1 ? " thread" : " threads"),
        {borrowed<Leases>("poolder", threads, count),
         borrowed<ByHand<MutexResources>>("mutex + condition variable", threads, count),
         borrowed<ByHand<FairResources>>("hand-off, first come first served", threads, count)});
  }
}

}  // namespace bench
