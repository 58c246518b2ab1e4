#pragma once

#include <csignal>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <stdexcept>
#include <string>
#include <utility>

#include <gtest/gtest.h>
#include <unistd.h>

#include <poolder/core/random.hpp>
#include <poolder/poolder.hpp>

#include "support/error_of.hpp"

namespace poolder_tests {

/// How many interleavings a rule is tried on.
inline constexpr std::uint64_t seeds = 1'000;

inline volatile std::sig_atomic_t current_seed = 0;

/// A scenario that runs for ever would be killed without a word.
inline void say_seed_and_abort(int) {
  char line[64];
  const int length = std::snprintf(line, sizeof line, "no end in sight at seed %d\n",
                                   static_cast<int>(current_seed));
  if (write(STDERR_FILENO, line, static_cast<std::size_t>(length)) < 0) std::_Exit(2);
  std::abort();
}

/// What the library says on stderr about failures that are planned, a thousand times over, goes
/// nowhere. Sanitizers do not write there through stdio.
class Quiet {
 public:
  Quiet() : before_(stderr) {
    if (std::FILE* nowhere = std::fopen("/dev/null", "w")) stderr = nowhere;
  }
  ~Quiet() {
    std::swap(stderr, before_);
    if (before_ != stderr) std::fclose(before_);
  }
  Quiet(const Quiet&) = delete;
  Quiet& operator=(const Quiet&) = delete;

 private:
  std::FILE* before_;
};

/// scenario(seed) for one seed after another, until one fails; its number is part of the failure.
/// POOLDER_SEED=n runs that one alone.
template <class F>
void for_each_seed(F&& scenario, std::uint64_t count = seeds) {
  const Quiet quiet;
  const char* only = std::getenv("POOLDER_SEED");
  const std::uint64_t first = only ? std::strtoull(only, nullptr, 10) : 1;
  std::signal(SIGALRM, &say_seed_and_abort);
  for (std::uint64_t seed = first; seed < first + (only ? 1 : count); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    current_seed = static_cast<std::sig_atomic_t>(seed);
    alarm(30);
    try {
      scenario(seed);
    } catch (const std::exception& error) {
      ADD_FAILURE() << "the scenario threw: " << error.what();
    }
    if (testing::Test::HasFailure()) break;
  }
  alarm(0);
}

/// What handlers throw on purpose.
struct Planned : std::runtime_error {
  Planned() : std::runtime_error("planned") {}
};

/// Held while a handler of a worker runs: a second one at the same time is a failure.
class Alone {
 public:
  explicit Alone(bool& busy) : busy_(busy) {
    EXPECT_FALSE(busy_) << "two handlers of one worker at a time";
    busy_ = true;
  }
  ~Alone() { busy_ = false; }
  Alone(const Alone&) = delete;
  Alone& operator=(const Alone&) = delete;

 private:
  bool& busy_;
};

/// Pools whose workers may crash as often as they like.
inline constexpr poolder::RestartPolicy lenient{.max_restarts = 1'000'000};

inline poolder::Duration elapsed(const poolder::Runtime& runtime,
                                 std::chrono::steady_clock::time_point since) {
  return runtime.now() - since;
}

}  // namespace poolder_tests
