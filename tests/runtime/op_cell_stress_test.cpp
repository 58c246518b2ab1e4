#include <cstdint>
#include <memory>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/runtime/detail/op_cell.hpp>

#include "support/threads.hpp"

using poolder::detail::OpCell;

namespace {

constexpr std::size_t users = 8;
constexpr std::size_t operations = 5'000;

TEST(OpCell, RunsEachOperationOnceAndOneAtATime) {
  OpCell cell;
  std::size_t count = 0;

  poolder_tests::on_threads(users, [&](std::size_t) {
    for (std::size_t i = 0; i < operations; ++i) cell.enter([&] { ++count; });
  });

  EXPECT_EQ(count, users * operations);
}

TEST(OpCell, ReturnsToEachWhatItsOwnOperationReturned) {
  OpCell cell;
  std::uint64_t next = 0;
  std::vector<std::vector<std::uint64_t>> drawn(users);

  poolder_tests::on_threads(users, [&](std::size_t user) {
    for (std::size_t i = 0; i < operations; ++i)
      drawn[user].push_back(*cell.enter([&] { return std::make_unique<std::uint64_t>(next++); }));
  });

  std::vector<bool> seen(users * operations);
  for (const auto& numbers : drawn)
    for (std::size_t i = 0; i < numbers.size(); ++i) {
      ASSERT_TRUE(i == 0 || numbers[i - 1] < numbers[i]);
      ASSERT_FALSE(seen[numbers[i]]);
      seen[numbers[i]] = true;
    }
}

}  // namespace
