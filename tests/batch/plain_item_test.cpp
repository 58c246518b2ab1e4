#include <array>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <tuple>
#include <utility>
#include <vector>

#include <gtest/gtest.h>

#include <poolder/batch/detail/item_type.hpp>
#include <poolder/batch/plain_item.hpp>

using poolder::detail::boxes_item;

namespace {

struct Trivial {
  int number;
  double share;
};

/// Its own code runs where it is moved.
struct Locks {
  Locks() = default;
  Locks(Locks&&) noexcept { const std::lock_guard lock(mutex); }
  static inline std::mutex mutex;
};

struct Row {
  std::string name;
  std::vector<Locks> locks;
};

struct Declared {
  std::string name;
};

struct Throwing {
  Throwing(Throwing&&) noexcept(false);
};

TEST(PlainItem, IsWhatNoCodeOfTheUsersRunsFor) {
  EXPECT_FALSE(boxes_item<int>);
  EXPECT_FALSE(boxes_item<Trivial>);
  EXPECT_FALSE(boxes_item<std::string>);
  EXPECT_FALSE(boxes_item<std::vector<Row>>);
  EXPECT_FALSE(boxes_item<std::unique_ptr<Row>>);
  EXPECT_FALSE(boxes_item<std::shared_ptr<Row>>);
  EXPECT_FALSE((boxes_item<std::pair<std::string, int>>));
  EXPECT_FALSE((boxes_item<std::tuple<std::string, std::optional<int>, std::array<Trivial, 3>>>));
}

TEST(PlainItem, IsNothingThatMightRunTheUsersCode) {
  EXPECT_TRUE(boxes_item<Locks>);
  EXPECT_TRUE(boxes_item<Row>);
  EXPECT_TRUE((boxes_item<std::pair<std::string, Locks>>));
  EXPECT_TRUE(boxes_item<std::optional<Locks>>);
}

}  // namespace

template <>
inline constexpr bool poolder::plain_item<Declared> = true;
template <>
inline constexpr bool poolder::plain_item<Throwing> = true;

namespace {

TEST(PlainItem, IsWhatIsDeclaredToBeUnlessItsMoveMayThrow) {
  EXPECT_FALSE(boxes_item<Declared>);
  EXPECT_TRUE(boxes_item<Throwing>);
}

}  // namespace
