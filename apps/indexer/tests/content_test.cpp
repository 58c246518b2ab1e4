#include "text/content.hpp"

#include <stop_token>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include "gzip_data.hpp"

namespace indexer::text {
namespace {

using record::Kind;
using record::ProblemKind;
using tests::gzipped;

class ContentTest : public testing::Test {
 protected:
  static constexpr std::uint64_t limit = 1U << 20U;

  Content::Found found_in(std::string_view file, std::size_t block = 256 * 1024) {
    record::PhaseTimes times;
    record::Stopwatch watch(times);
    content_.begin();
    for (std::size_t at = 0; at < file.size(); at += block)
      content_.add(file.substr(at, block), watch);
    return content_.finish();
  }

  static std::vector<ProblemKind> kinds(const Content::Found& found) {
    std::vector<ProblemKind> kinds;
    for (const record::Problem& problem : found.problems) kinds.push_back(problem.kind);
    return kinds;
  }

  using Problems = std::vector<ProblemKind>;
  Content content_{limit};
};

TEST_F(ContentTest, TellsTheKindsApart) {
  EXPECT_EQ(found_in("").kind, Kind::empty);
  EXPECT_EQ(found_in("text").kind, Kind::text);
  EXPECT_EQ(found_in(std::string("\x7f"
                                 "ELF\0",
                                 5))
                .kind,
            Kind::binary);
  EXPECT_EQ(found_in(gzipped("text")).kind, Kind::gzip_text);
  EXPECT_EQ(found_in(gzipped(std::string(100, '\0'))).kind, Kind::gzip_binary);
}

TEST_F(ContentTest, TakesTheWordsOfTextPackedOrNot) {
  EXPECT_EQ(found_in("Some text").words, "some text ");
  EXPECT_EQ(found_in(gzipped("Some text")).words, "some text ");
}

TEST_F(ContentTest, TakesNoWordsOfABinary) {
  EXPECT_EQ(found_in(std::string("word\0word", 9)).words, "");
  EXPECT_EQ(found_in(gzipped(std::string("word\0word", 9))).words, "");
}

TEST_F(ContentTest, LooksForZeroBytesInTheBeginningOnly) {
  const std::string before(Content::examined - 1, 'a');
  const std::string all(Content::examined, 'a');
  for (const std::size_t block : {std::size_t{1000}, std::size_t{1} << 18U}) {
    EXPECT_EQ(found_in(before + '\0', block).kind, Kind::binary);
    EXPECT_EQ(found_in(all + '\0', block).kind, Kind::text);
  }
}

TEST_F(ContentTest, IndexesNothingBeyondTheLimitAndSaysSo) {
  std::string text;
  while (text.size() < limit) text += "word\n";
  text += "beyond\n";

  for (const auto& found : {found_in(text), found_in(gzipped(text))}) {
    EXPECT_EQ(kinds(found), Problems{ProblemKind::huge});
    EXPECT_NE(found.words.find("word"), std::string::npos);
    EXPECT_EQ(found.words.find("beyond"), std::string::npos);
  }
}

TEST_F(ContentTest, IsContentWithExactlyTheLimit) {
  EXPECT_EQ(kinds(found_in(std::string(limit, ' '))), Problems{});
}

TEST_F(ContentTest, KeepsTheWordsOfTruncatedGzipData) {
  const std::string packed = gzipped("some words");

  const Content::Found found = found_in(packed.substr(0, packed.size() - 8));

  EXPECT_EQ(found.kind, Kind::gzip_text);
  EXPECT_EQ(found.words, "some words ");
  EXPECT_EQ(kinds(found), Problems{ProblemKind::truncated});
}

TEST_F(ContentTest, SaysWhatIsNotUtf8) {
  const Content::Found found = found_in("caf\xe9");

  EXPECT_EQ(found.words, "caf\u00e9 ");
  EXPECT_EQ(kinds(found), Problems{ProblemKind::non_utf8});
}

TEST_F(ContentTest, UnpacksNoFurtherOnceItIsStopped) {
  const std::string packed = gzipped(std::string(std::size_t{1} << 20U, ' '));
  record::PhaseTimes times;
  record::Stopwatch watch(times);
  std::stop_source stop;
  stop.request_stop();
  content_.begin(stop.get_token());

  content_.add(packed.substr(0, packed.size() / 2), watch);

  EXPECT_TRUE(content_.finish().problems.empty()) << "it looks no further, so it does not know";
}

TEST_F(ContentTest, ForgetsTheFileBefore) {
  found_in(gzipped(std::string(100, '\0')));

  const Content::Found found = found_in("text");

  EXPECT_EQ(found.kind, Kind::text);
  EXPECT_EQ(found.words, "text ");
}

}  // namespace
}  // namespace indexer::text
