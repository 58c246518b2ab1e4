#include "text/gunzip.hpp"

#include <algorithm>
#include <string>

#include <gtest/gtest.h>

#include "gzip_data.hpp"

namespace indexer::text {
namespace {

using record::ProblemKind;
using tests::gzipped;

class GunzipTest : public testing::TestWithParam<std::size_t> {
 protected:
  // Adds the data in pieces of the parameter's size.
  std::string unpacked(std::string_view packed) {
    std::string text;
    for (std::size_t at = 0; at < packed.size(); at += GetParam()) {
      gunzip_.add(packed.substr(at, GetParam()), [&](std::string_view piece) { text += piece; });
    }
    return text;
  }

  // Nothing: the data was good.
  std::optional<ProblemKind> problem() const {
    const auto problem = gunzip_.finish();
    return problem ? std::optional(problem->kind) : std::nullopt;
  }

  static std::string some_text() {
    std::string text;
    for (int i = 0; i < 40000; ++i) text += std::to_string(i * 7919) + ' ';
    return text;
  }

  Gunzip gunzip_;
};

INSTANTIATE_TEST_SUITE_P(PieceSizes, GunzipTest, testing::Values(1, 7, 4096, 1 << 20),
                         [](const auto& size) { return "PiecesOf" + std::to_string(size.param); });

TEST_P(GunzipTest, GivesBackTheText) {
  EXPECT_EQ(unpacked(gzipped("hello")), "hello");
  EXPECT_EQ(problem(), std::nullopt);
}

TEST_P(GunzipTest, GivesBackMoreThanItsOwnBufferHolds) {
  const std::string text = some_text();

  EXPECT_EQ(unpacked(gzipped(text)), text);
  EXPECT_EQ(problem(), std::nullopt);
}

TEST_P(GunzipTest, UnpacksWhatPacksAThousandfold) {
  const std::string text(3 << 20, 'a');

  EXPECT_EQ(unpacked(gzipped(text)), text);
  EXPECT_EQ(problem(), std::nullopt);
}

TEST_P(GunzipTest, JoinsMembers) {
  EXPECT_EQ(unpacked(gzipped("one ") + gzipped("") + gzipped("two")), "one two");
  EXPECT_EQ(problem(), std::nullopt);
}

TEST_P(GunzipTest, TakesZeroBytesAtTheEndForPadding) {
  EXPECT_EQ(unpacked(gzipped("text") + std::string(1000, '\0')), "text");
  EXPECT_EQ(problem(), std::nullopt);
}

TEST_P(GunzipTest, KeepsWhatCameBeforeTheDataEndedEarly) {
  const std::string text = some_text();
  const std::string packed = gzipped(text);

  const std::string got = unpacked(packed.substr(0, packed.size() / 2));

  EXPECT_FALSE(got.empty());
  EXPECT_EQ(text.substr(0, got.size()), got);
  EXPECT_EQ(problem(), ProblemKind::truncated);
}

TEST_P(GunzipTest, SaysThatAMissingChecksumIsTruncation) {
  const std::string packed = gzipped("text");

  EXPECT_EQ(unpacked(packed.substr(0, packed.size() - 1)), "text");
  EXPECT_EQ(problem(), ProblemKind::truncated);
}

TEST_P(GunzipTest, KeepsWhatCameBeforeTheDamage) {
  const std::string text = some_text();
  std::string packed = gzipped(text);
  std::fill_n(packed.begin() + static_cast<std::ptrdiff_t>(packed.size() / 2), 100, '\xff');

  const std::string got = unpacked(packed);

  EXPECT_GT(got.size(), text.size() / 4);
  EXPECT_EQ(problem(), ProblemKind::damaged);
}

TEST_P(GunzipTest, NoticesAWrongChecksum) {
  std::string packed = gzipped("text");
  packed[packed.size() - 6] ^= 1;

  EXPECT_EQ(unpacked(packed), "text");
  EXPECT_EQ(problem(), ProblemKind::damaged);
}

TEST_P(GunzipTest, IgnoresOtherBytesAfterTheEndAndSaysSo) {
  EXPECT_EQ(unpacked(gzipped("text") + "garbage"), "text");
  EXPECT_EQ(problem(), ProblemKind::damaged);
}

TEST_P(GunzipTest, IgnoresOtherBytesAfterThePaddingAndSaysSo) {
  EXPECT_EQ(unpacked(gzipped("text") + std::string(20, '\0') + "garbage"), "text");
  EXPECT_EQ(problem(), ProblemKind::damaged);
}

TEST_P(GunzipTest, StopsWhenTheSinkSaysSo) {
  const std::string packed = gzipped(some_text());
  int pieces = 0;

  for (std::size_t at = 0; at < packed.size(); at += GetParam()) {
    gunzip_.add(std::string_view(packed).substr(at, GetParam()), [&](std::string_view) {
      ++pieces;
      gunzip_.stop();
    });
  }

  EXPECT_EQ(pieces, 1);
  EXPECT_EQ(problem(), std::nullopt);
}

TEST_P(GunzipTest, StartsAfreshAfterAReset) {
  unpacked("\x1f\x8b nonsense");
  EXPECT_EQ(problem(), ProblemKind::damaged);

  gunzip_.reset();

  EXPECT_EQ(unpacked(gzipped("text")), "text");
  EXPECT_EQ(problem(), std::nullopt);
}

}  // namespace
}  // namespace indexer::text
