#include "text/excerpt.hpp"

#include <string>

#include <gtest/gtest.h>

#include "files/file_error.hpp"
#include "gzip_data.hpp"
#include "temporary_tree.hpp"

namespace indexer::text {
namespace {

using tests::gzipped;
using tests::TemporaryTree;

constexpr std::uint64_t plenty = 1U << 20U;
constexpr const char* text =
    "nothing here\n  One Word\nmoreword, words\nword and one-two\n one word\n";

TEST(Excerpt, CountsTheLinesWithAWordAndShowsTheBest) {
  const TemporaryTree tree;
  const auto query = parse_query("word two");

  for (const std::string& file : {tree.write("plain", text), tree.write("packed", gzipped(text))}) {
    const Excerpt excerpt = find_excerpt(file, query, plenty);

    EXPECT_EQ(excerpt.lines, 3U);
    EXPECT_EQ(excerpt.first, "word and one-two");
  }
}

TEST(Excerpt, KnowsBeginnings) {
  const TemporaryTree tree;

  EXPECT_EQ(find_excerpt(tree.write("file", text), parse_query("word*"), plenty).lines, 4U);
}

TEST(Excerpt, LooksNoFurtherThanTheLimit) {
  const TemporaryTree tree;

  EXPECT_EQ(find_excerpt(tree.write("file", text), parse_query("word"), 30).lines, 1U);
}

TEST(Excerpt, SaysThatTheFileIsGone) {
  const TemporaryTree tree;

  EXPECT_THROW(find_excerpt(tree.path("nothing"), parse_query("word"), plenty), files::FileError);
}

}  // namespace
}  // namespace indexer::text
