#include "text/query.hpp"

#include <gtest/gtest.h>

namespace indexer::text {
namespace {

std::string expression_for(std::string_view query) { return match_expression(parse_query(query)); }

TEST(Query, WantsAllTheWords) {
  EXPECT_EQ(expression_for("Memory  thread"), R"("memory" "thread")");
}

TEST(Query, DividesWordsAsTheReadersDo) {
  EXPECT_EQ(expression_for("foo-bar.baz_1"), R"("foo" "bar" "baz_1")");
}

TEST(Query, KnowsBeginnings) { EXPECT_EQ(expression_for("thr* x"), R"("thr"* "x")"); }

TEST(Query, HasNoOperators) {
  EXPECT_EQ(expression_for("a OR b"), R"("a" "or" "b")");
  EXPECT_EQ(expression_for("\"a\" ^ (b) NEAR path:c"), R"("a" "b" "near" "path" "c")");
}

TEST(Query, IsEmptyWithoutAWord) {
  EXPECT_EQ(expression_for(""), "");
  EXPECT_EQ(expression_for("-- * \""), "");
}

}  // namespace
}  // namespace indexer::text
