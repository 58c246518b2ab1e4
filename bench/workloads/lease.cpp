#include <string>
#include <utility>
#include <vector>

#include <poolder/lease/lease_pool.hpp>

#include "../peers/mutex_resources.hpp"
#include "borrowers.hpp"
#include "subjects.hpp"
#include "workloads.hpp"

namespace bench {

namespace {

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
  std::size_t borrowed() {
    std::vector<poolder::Lease<int>> all;
    all.reserve(resources);
    std::size_t sum = 0;
    for (int i = 0; i < resources; ++i) all.push_back(pool.acquire());
    for (auto& each : all) sum += static_cast<std::size_t>(*each);
    return sum;
  }
};

}  // namespace

Subject borrow_leases(std::string name, std::size_t threads, std::size_t count) {
  return borrowed<Leases>(std::move(name), threads, count);
}

void lease(Session& session) {
  for (const std::size_t threads : {1u, 64u}) {
    const std::size_t count = session.scaled(threads == 1 ? 4'000'000 : 2'000'000);
    session.compare(
        std::to_string(threads) + (threads == 1 ? " thread" : " threads"),
        {borrow_leases("poolder", threads, count),
         borrowed<ByHand<MutexResources>>("mutex + condition variable", threads, count),
         borrowed<ByHand<FairResources>>("hand-off, first come first served", threads, count)});
  }
}

}  // namespace bench
