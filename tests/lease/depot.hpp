#pragma once

#include <algorithm>
#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/lease/lease_pool.hpp>

#include "support/error_of.hpp"
#include "support/simulated_sleep.hpp"
#include "support/simulation.hpp"

namespace poolder_tests {

/// What the things of a test's pool have in common, and what is made of them. Outlives the pool.
struct Depot {
  const poolder::Runtime* runtime = nullptr;  ///< by whose clock they are slow
  int made = 0, gone = 0, resets = 0, discards = 0, checks = 0;
  bool refuses = false;  ///< to make more
  poolder::Duration making_takes{0}, checking_takes{0}, resetting_takes{0}, ending_takes{0};
  int most = 0;         ///< that were alive at once
  int definitions = 0;  ///< that live

  int alive() const { return made - gone; }
};

/// What is lent. Two borrowers at a time are a failure, and so is one of a thing that is gone.
class Thing {
 public:
  explicit Thing(Depot& depot) : depot_(depot), id_(++depot.made) {
    if (depot.runtime) born = depot.runtime->now();
    depot.most = std::max(depot.most, depot.alive());
  }
  ~Thing() {
    EXPECT_FALSE(busy_) << "destroyed while it is in use";
    if (depot_.ending_takes > poolder::Duration{0}) sleep_in(*depot_.runtime, depot_.ending_takes);
    ++depot_.gone;
  }
  Thing(const Thing&) = delete;
  Thing& operator=(const Thing&) = delete;

  int id() const { return id_; }
  bool& busy() { return busy_; }

  bool broken = false;
  std::chrono::steady_clock::time_point born;

 private:
  Depot& depot_;
  const int id_;
  bool busy_ = false;
};

struct Things {
  using Resource = std::unique_ptr<Thing>;
  static constexpr poolder::LeasePoolOptions options{};
  explicit Things(Depot* its_depot) : depot(its_depot) {}

  Resource create() {
    if (depot->making_takes > poolder::Duration{0}) sleep_in(*depot->runtime, depot->making_takes);
    if (depot->refuses) throw Planned{};
    return std::make_unique<Thing>(*depot);
  }
  Depot* depot;
};

/// The same with all the hooks.
struct CheckedThings : Things {
  using Things::Things;
  bool healthy(Resource& thing) {
    ++depot->checks;
    if (depot->checking_takes > poolder::Duration{0})
      sleep_in(*depot->runtime, depot->checking_takes);
    return !thing->broken;
  }
  void reset(Resource& thing) {
    EXPECT_FALSE(thing->busy()) << "reset while it is in use";
    ++depot->resets;
    if (depot->resetting_takes > poolder::Duration{0})
      sleep_in(*depot->runtime, depot->resetting_takes);
    if (thing->broken && depot->resets % 2 == 0) throw Planned{};
  }
  void discard(Resource&) { ++depot->discards; }
};

/// The same, and the depot knows how many of the definition's objects live.
struct CountedThings : CheckedThings {
  explicit CountedThings(Depot* its_depot) : CheckedThings(its_depot) { ++depot->definitions; }
  CountedThings(const CountedThings& other) : CheckedThings(other) { ++depot->definitions; }
  CountedThings& operator=(const CountedThings&) = delete;
  ~CountedThings() { --depot->definitions; }

  void reset(Resource& thing) {
    CheckedThings::reset(thing);
    EXPECT_GT(depot->definitions, 0) << "a hook runs on a definition that is gone";
  }
  void discard(Resource& thing) {
    CheckedThings::discard(thing);
    EXPECT_GT(depot->definitions, 0) << "a hook runs on a definition that is gone";
  }
};

using ThingPool = poolder::LeasePool<Things>;
using CheckedThingPool = poolder::LeasePool<CheckedThings>;
using ThingLease = poolder::Lease<Things::Resource>;

inline int id_of(const ThingLease& lease) { return (*lease)->id(); }

/// A simulated runtime, a depot, and what is left of it at the end: nothing.
struct DepotStage {
  explicit DepotStage(std::uint64_t seed) : runtime(seed) { depot.runtime = &runtime; }
  ~DepotStage() {
    runtime.run_until_idle();
    EXPECT_EQ(depot.alive(), 0) << "something was never destroyed, or twice";
  }

  Depot depot;
  poolder::SimulatedRuntime runtime;
};

using State = poolder::LeaseStatus::State;

inline void expect_status(const poolder::LeaseStatus& status, std::size_t idle, std::size_t busy,
                          std::size_t overflow = 0, std::size_t waiting = 0) {
  EXPECT_EQ(status.idle, idle);
  EXPECT_EQ(status.busy, busy);
  EXPECT_EQ(status.overflow, overflow);
  EXPECT_EQ(status.waiting, waiting);
}

/// Brings a set of leases, oldest first.
template <class Pool>
auto acquire_some(Pool& pool, int count) {
  std::vector<decltype(pool.acquire())> leases;
  for (int i = 0; i < count; ++i) leases.push_back(pool.acquire());
  return leases;
}

}  // namespace poolder_tests
