#include <gtest/gtest.h>

#include <poolder/core/fixed_string.hpp>

using poolder::FixedString;

namespace {

template <FixedString Name>
constexpr std::string_view name_of() {
  return Name.view();
}

TEST(FixedString, IsALiteralInATemplateArgument) {
  static_assert(name_of<"push">() == "push");
  static_assert(name_of<"">().empty());

  EXPECT_EQ(name_of<"two words">(), "two words");
}

TEST(FixedString, IsEqualByTextAndLength) {
  EXPECT_TRUE(FixedString("a") == FixedString("a"));
  EXPECT_FALSE(FixedString("a") == FixedString("b"));
  EXPECT_FALSE(FixedString("a") == FixedString("ab"));
}

}  // namespace
