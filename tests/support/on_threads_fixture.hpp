#pragma once

#include <cstddef>
#include <string>

#include <gtest/gtest.h>

#include <poolder/runtime/runtime.hpp>

namespace poolder_tests {

/// A runtime of as many threads as the test's parameter says. Every suite of the threads ring runs
/// on this, with poolder_tests::thread_counts.
class OnThreads : public testing::TestWithParam<std::size_t> {
 protected:
  poolder::Runtime runtime{{.threads = GetParam()}};
};

inline const auto thread_counts = testing::Values(1, 2, 8);

inline std::string name_of_count(const testing::TestParamInfo<std::size_t>& count) {
  return "On" + std::to_string(count.param) + (count.param == 1 ? "Thread" : "Threads");
}

}  // namespace poolder_tests
