#include "text/words.hpp"

#include <string>

#include <gtest/gtest.h>

#include "text/utf8.hpp"

namespace indexer::text {
namespace {

std::string words_of(std::string_view text) {
  Words words;
  words.add(text);
  return words.take().text;
}

TEST(Words, FoldsAsciiLettersAndDividesAtAnythingElse) {
  EXPECT_EQ(words_of("Hello, WORLD! x86-64;foo_bar(3)"), "hello world x86 64 foo_bar 3 ");
}

TEST(Words, RepeatsAFrequentWordOnlyUpToTheLimit) {
  EXPECT_EQ(words_of("a b a"), "a a b ");
  EXPECT_EQ(words_of("a a a a a a a a a"), "a a a a ");
}

TEST(Words, KeepsBytesBeyondAsciiInTheWord) {
  EXPECT_EQ(words_of("Caf\u00e9, na\u00efve"), "caf\u00e9 na\u00efve ");
}

TEST(Words, DoesNotDependOnHowTheTextIsCutIntoBlocks) {
  const std::string text = "The caf\u00e9 on the corner, \u6f22\u5b57 and the end";
  const std::string whole = words_of(text);
  for (std::size_t cut = 0; cut <= text.size(); ++cut) {
    Words words;
    words.add(std::string_view(text).substr(0, cut));
    words.add(std::string_view(text).substr(cut));

    EXPECT_EQ(words.take().text, whole) << cut;
  }
}

TEST(Words, CountsWordsThatWereNotUtf8) {
  Words words;
  words.add("caf\xe9 caf\xe9 na\xefve plain");

  const Words::Taken taken = words.take();

  EXPECT_EQ(taken.text, "caf\u00e9 caf\u00e9 na\u00efve plain ");
  EXPECT_EQ(taken.latin1, 2U);
}

TEST(Words, DropsLongRunsOfAscii) {
  const std::string longest(Words::longest, 'a');

  EXPECT_EQ(words_of("x " + longest + " y"), "x " + longest + " y ");
  EXPECT_EQ(words_of("x " + longest + "a y"), "x y ");
  EXPECT_EQ(words_of("x " + longest + longest + longest + " y z"), "x y z ");
}

TEST(Words, CutsLongRunsOfOtherTextBetweenCharacters) {
  for (std::size_t shift = 0; shift < 4; ++shift) {
    std::string text(shift, 'a');
    for (int i = 0; i < 2000; ++i) text += "\u6f22";

    std::string found = words_of(text);

    EXPECT_TRUE(is_utf8(found));
    std::erase(found, ' ');
    EXPECT_LE(found.size(), text.size());
    EXPECT_GE(found.size(), Words::longest / 2);
  }
}

TEST(Words, SurvivesARunOfContinuationBytes) {
  Words words;
  words.add(std::string(10000, '\x80'));

  EXPECT_TRUE(is_utf8(words.take().text));
}

TEST(Words, HasRoomForSoManyBytesOfDifferentWords) {
  Words words;
  const int enough = static_cast<int>(Words::most_bytes / 7);
  for (int i = 0; i < 2 * enough; ++i) words.add(std::to_string(1'000'000 + i) + ' ');

  EXPECT_FALSE(words.room());
  const std::string text = words.take().text;
  EXPECT_TRUE(text.starts_with("1000000 1000001 "));
  EXPECT_LT(text.size(), 2 * Words::most_bytes);
  EXPECT_TRUE(words.room()) << "take() empties it";
}

TEST(Words, StartsEmptyAfterTakeAndClear) {
  Words words;
  words.add("one tw");
  words.clear();
  words.add("o three");

  EXPECT_EQ(words.take().text, "o three ");
  EXPECT_EQ(words.take().text, "");
}

}  // namespace
}  // namespace indexer::text
