#include <gtest/gtest.h>

#include <poolder/core/type_name.hpp>

namespace shop {
struct Order {};
template <class T>
struct Cart {};
}  // namespace shop

namespace {

using poolder::detail::type_name;

TEST(TypeName, IsWhatTheSourceSays) {
  EXPECT_EQ(type_name<shop::Order>(), "shop::Order");
  EXPECT_EQ(type_name<int>(), "int");
  EXPECT_EQ(type_name<shop::Cart<shop::Order>>(), "shop::Cart<shop::Order>");
}

TEST(TypeName, IsKnownWhileCompiling) {
  static_assert(type_name<shop::Order>() == "shop::Order");
  static_assert(type_name<shop::Order>() != type_name<shop::Cart<int>>());
}

}  // namespace
